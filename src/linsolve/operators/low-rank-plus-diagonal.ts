/** @file The operator of a diagonal matrix plus one of low rank. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import type {Operator} from '../types.js';
import {asMatrices, commonBatch} from './shapes.js';
import {STRUCTURED, structured, type StructuredOptions} from './structured.js';

/** The parts of A = diag(d) + U Vᵀ. */
export interface LowRankPlusDiagonal {
  /** d, [n] or [B, n]. */
  diagonal: tf.Tensor;
  /** [n, k] or [B, n, k]. */
  U: tf.Tensor;
  /** With the shape of U, except for the batch axis. Default U, which is tagged symmetric. */
  V?: tf.Tensor | undefined;
}

const NAMES: Names<LowRankPlusDiagonal> = {diagonal: 1, U: 1, V: 0};

/**
 * A = diag(d) + U Vᵀ, without forming the matrix. The tensors still belong to the caller.
 *
 * @throws If their shapes do not fit each other.
 */
export function lowRankPlusDiagonal(parts: LowRankPlusDiagonal, given: StructuredOptions = {}): Operator {
  const caller = 'operators.lowRankPlusDiagonal';
  const {tags, ...options} = checkOptions(caller, given, STRUCTURED);
  const {diagonal, U, V = U} = checkOptions(caller, parts, NAMES, 'entry');
  const [n, k] = U.shape.slice(-2);
  const fits = (tensor: tf.Tensor, ...shape: number[]) =>
    (tensor.rank === shape.length || tensor.rank === shape.length + 1) &&
    tf.util.arraysEqual(tensor.shape.slice(-shape.length), shape);
  if (U.rank < 2 || !fits(diagonal, n) || !fits(U, n, k) || !fits(V, n, k)) {
    throw new Error(
      `${caller}: expected a diagonal [n] and U, V [n, k], each with or without a batch axis in front; ` +
        `got [${diagonal.shape}], [${U.shape}] and [${V.shape}].`,
    );
  }
  return structured(
    {
      name: 'lowRankPlusDiagonal',
      n,
      batch: commonBatch(
        [
          [diagonal, 1],
          [U, 2],
          [V, 2],
        ],
        caller,
      ),
      product(v, transpose) {
        const [left, right] = transpose ? [V, U] : [U, V];
        const short = tf.matMul(asMatrices(right), tf.expandDims(v, 2), true);
        return tf.add(tf.mul(diagonal, v), tf.squeeze(tf.matMul(asMatrices(left), short), [2]));
      },
      matrices: () =>
        tf.add(
          tf.mul(tf.expandDims(diagonal, -1), tf.eye(n)),
          tf.matMul(asMatrices(U), asMatrices(V), false, true),
        ),
      diagonal: () => tf.add(diagonal, tf.sum(tf.mul(U, V), -1)),
    },
    {...options, tags: V === U ? {symmetric: true, ...tags} : tags},
  );
}
