/** @file log(1 + u) that keeps the digits of a small u on every backend. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * log(1 + u), u ≥ 0 and finite. The kernels of tf.log1p on WASM and the GPU round 1 + u first.
 *
 * @see Higham 2002, Accuracy and Stability of Numerical Algorithms, section 1.14.1: the rounding errors of log w and
 *   w − 1 cancel in their quotient.
 */
export function log1p(u: tf.Tensor): tf.Tensor {
  const w = tf.add(1, u);
  const rounded = tf.sub(w, 1);
  const lost = tf.equal(rounded, 0);
  return tf.where(lost, u, tf.mul(u, tf.div(tf.log(w), tf.where(lost, tf.onesLike(u), rounded))));
}
