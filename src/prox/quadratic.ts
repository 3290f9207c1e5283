/** @file Proximal operators of zero and of squared norms. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap} from '../autodiff/index.js';
import {nonNegativeLasso} from './lasso.js';

/** The proximal operator of g = 0: y = x. It accepts the arguments of the other operators and ignores them. */
export function none(x: tf.Tensor, _params?: unknown, _scaling?: number | tf.Tensor): tf.Tensor {
  return floatMap('prox.none', {x}, (floats) => tf.clone(floats.x));
}

/**
 * argmin_y ½‖y − x‖² + scaling·½ l2‖y‖² = x/(1 + scaling·l2).
 *
 * @param x Any shape; l2 and scaling are numbers or tensors that broadcast with it. Defaults 1.
 */
export function ridge(x: tf.Tensor, l2: number | tf.Tensor = 1, scaling: number | tf.Tensor = 1): tf.Tensor {
  return floatMap('prox.ridge', {x, l2, scaling}, ({x, l2, scaling}) =>
    tf.div(x, tf.add(1, tf.mul(l2, scaling))),
  );
}

/** argmin_{y ≥ 0} ½‖y − x‖² + scaling·½ l2‖y‖² = max(x, 0)/(1 + scaling·l2). */
export function nonNegativeRidge(
  x: tf.Tensor,
  l2: number | tf.Tensor = 1,
  scaling: number | tf.Tensor = 1,
): tf.Tensor {
  return tf.tidy(() => ridge(nonNegativeLasso(x, 0), l2, scaling));
}
