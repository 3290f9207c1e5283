/** @file Functions whose derivative is infinite or NaN somewhere. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';

/**
 * f(x), with a gradient of zero where x is not inside. There the derivative would be infinite or NaN, and so would be its product with a
 * cotangent of zero, that of a sample without a solution.
 *
 * @param isInside True and false, for each entry of x.
 */
export function within(
  isInside: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  f: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const inside = offTape(() => isInside(x));
  const outside = offTape(() => f(x));
  return tf.where(inside, f(tf.where(inside, x, tf.onesLike(x))), outside);
}

/** Where x > 0. */
export const isPositive = (x: tf.Tensor): tf.Tensor => tf.greater(x, 0);
