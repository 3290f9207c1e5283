/** @file The inverse of a square matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {asOperation, toSquare, type Values} from './inputs.js';
import {solveMatrices} from './solve.js';

/**
 * a⁻¹. To solve a system, use `solve`, which is faster and more accurate.
 *
 * @param a [..., n, n].
 * @returns [..., n, n]. Differentiable.
 * @throws SingularMatrixError naming the sample whose matrix is singular in double precision.
 * @throws If an entry is not finite.
 * @see Giles 2008, section 2.2.3.
 */
export function inv<T extends tf.Tensor = tf.Tensor>(a: Values): T {
  const caller = 'linalg.inv';
  return asOperation(() => inverse(toSquare(a, 'a', caller), caller)) as T;
}

/** `inv` for a checked tensor. */
export function inverse(a: tf.Tensor, caller: string): tf.Tensor {
  const identity = tf.eye(a.shape[a.rank - 1]);
  return solveMatrices(a, identity, {assume: 'general', adjoint: false}, {caller});
}
