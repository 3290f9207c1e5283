/** @file Nesterov's momentum, restarted for each sample in which it points uphill. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Structure} from '../../../autodiff/index.js';
import {beside, combine, innerProduct} from '../../iteration/leaves.js';

/** y = x⁺ + (t − 1)/t⁺ (x⁺ − x), with t reset to 1 if ⟨y − x⁺, x⁺ − x⟩ > 0. */
export function extrapolate<X extends Structure = tf.Tensor>(
  x: X,
  y: X,
  moved: X,
  t: tf.Tensor,
  {batched, acceleration}: {batched: boolean; acceleration: boolean},
): [y: X, t: tf.Tensor] {
  if (!acceleration) return [moved, t];
  const difference = combine(moved, x, (a, b) => tf.sub(a, b));
  const backward = combine(y, moved, (a, b) => tf.sub(a, b));
  const restart = offTape(() =>
    tf.cast(tf.greater(innerProduct(difference, backward, batched), 0), 'float32'),
  );
  const tBefore = tf.add(tf.mul(tf.sub(1, restart), t), restart);
  const tNext = tf.div(tf.add(1, tf.sqrt(tf.add(1, tf.mul(4, tf.square(tBefore))))), 2);
  const momentum = tf.mul(tf.sub(1, restart), tf.div(tf.sub(tBefore, 1), tNext));
  const next = combine(moved, difference, (a, d) => tf.add(a, tf.mul(beside(momentum, a, batched), d)));
  return [next, tNext];
}
