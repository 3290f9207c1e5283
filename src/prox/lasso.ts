/** @file The proximal operator of the ℓ1 norm: soft thresholding. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {floatMap} from '../autodiff/index.js';
import {KINK, positivePart, type Kink} from '../conditions/index.js';

/**
 * argmin_y ½‖y − x‖² + scaling·l1·‖y‖₁ = sign(x)·max(|x| − scaling·l1, 0), entry by entry.
 *
 * @param x Any shape.
 * @param l1 The weight, a number or a tensor that broadcasts with x. Default 1.
 * @param scaling A factor on the penalty, the step size of a proximal-gradient method. Default 1.
 * @param kink The derivative of an entry with |x| = scaling·l1. Default: zero, the smallest.
 */
export function lasso(
  x: tf.Tensor,
  l1: number | tf.Tensor = 1,
  scaling: number | tf.Tensor = 1,
  kink: Kink = {},
): tf.Tensor {
  checkOptions('prox.lasso', kink, KINK);
  return floatMap('prox.lasso', {x, l1, scaling}, ({x, l1, scaling}) => {
    const threshold = tf.mul(l1, scaling);
    const part = (side: tf.Tensor) => positivePart(tf.sub(side, threshold), kink, threshold);
    return tf.sub(part(x), part(tf.neg(x)));
  });
}

/** argmin_{y ≥ 0} ½‖y − x‖² + scaling·l1·Σy = max(x − scaling·l1, 0). */
export function nonNegativeLasso(
  x: tf.Tensor,
  l1: number | tf.Tensor = 1,
  scaling: number | tf.Tensor = 1,
): tf.Tensor {
  return floatMap('prox.nonNegativeLasso', {x, l1, scaling}, ({x, l1, scaling}) =>
    tf.relu(tf.sub(x, tf.mul(l1, scaling))),
  );
}
