/** @file The operator of a Kronecker product. */
import * as tf from '@tensorflow/tfjs-core';
import type {Operator} from '../types.js';
import {asMatrices, commonBatch, mainDiagonal, squareSize} from './shapes.js';
import {structured, type StructuredOptions} from './structured.js';

/**
 * A ⊗ B, without forming it: v is the matrix V [p, q], row by row, and (A ⊗ B) v is A V Bᵀ.
 *
 * A [p, p] and B [q, q], each with or without a batch axis, still belong to the caller; n = p·q.
 *
 * @throws If one is not square, or their batch axes differ.
 */
export function kronecker(A: tf.Tensor, B: tf.Tensor, options: StructuredOptions = {}): Operator {
  const caller = 'operators.kronecker';
  const [p, q] = [squareSize(A, `${caller}: A`), squareSize(B, `${caller}: B`)];
  return structured(
    {
      name: 'kronecker',
      n: p * q,
      batch: commonBatch(
        [
          [A, 2],
          [B, 2],
        ],
        caller,
      ),
      product(v, transpose) {
        const left = tf.matMul(asMatrices(A), tf.reshape(v, [-1, p, q]), transpose);
        return tf.matMul(left, asMatrices(B), false, !transpose);
      },
      matrices: () => tf.mul(tf.reshape(A, [-1, p, 1, p, 1]), tf.reshape(B, [-1, 1, q, 1, q])),
      diagonal: () => tf.mul(tf.expandDims(mainDiagonal(A), 2), tf.expandDims(mainDiagonal(B), 1)),
    },
    options,
  );
}
