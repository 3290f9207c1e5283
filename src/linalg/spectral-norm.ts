/** @file The largest singular value of a matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {eigh} from './eigh.js';
import {asOperation, toMatrices, type Values} from './inputs.js';

/**
 * ‖a‖₂ = max ‖ax‖ / ‖x‖, the largest singular value: how much a can lengthen a vector.
 *
 * The gradient is uvᵀ, with the left and right singular vectors of that value. Where several singular values are the largest, it is that
 * of one of them, and at a = 0 it is 0: both are subgradients.
 *
 * @param a [..., m, n].
 * @returns [...]. Differentiable.
 * @throws If an entry is not finite.
 */
export function spectralNorm<T extends tf.Tensor = tf.Tensor>(a: Values): T {
  return asOperation(() => {
    const A = toMatrices(a, 'a', 'linalg.spectralNorm');
    const [m, n] = A.shape.slice(-2);
    if (A.size === 0) return tf.zeros(A.shape.slice(0, -2));
    // In units of the largest entry: squares of f32 numbers overflow above 1e19 and vanish below 1e-23.
    const unit = offTape(() => {
      const largest = tf.max(tf.abs(A), [-2, -1], true);
      return tf.where(tf.greater(largest, 0), largest, tf.onesLike(largest));
    });
    const scaled = tf.div(A, unit);
    // The smaller of AAᵀ and AᵀA. Its largest eigenvalue is the square of the norm, and loses no digits by squaring.
    const gram = m < n ? tf.matMul(scaled, scaled, false, true) : tf.matMul(scaled, scaled, true);
    const {eigenvalues} = eigh(gram);
    const size = Math.min(m, n);
    const outer = A.shape.slice(0, -2);
    const last = tf.slice(eigenvalues, [...outer.map(() => 0), size - 1], [...outer.map(() => -1), 1]);
    const square = tf.reshape(last, outer);
    const positive = offTape(() => tf.greater(square, 0));
    // The root of 0 has no slope: there it is taken of 1 instead, and its gradient is lost in `where`.
    const root = tf.sqrt(tf.where(positive, square, tf.onesLike(square)));
    const norm = tf.where(positive, root, tf.zerosLike(root));
    return tf.mul(norm, tf.reshape(unit, outer));
  }) as T;
}
