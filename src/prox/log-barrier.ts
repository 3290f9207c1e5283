/** @file The proximal operator of the logarithmic barrier. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, offTape} from '../autodiff/index.js';

/**
 * argmin_{y > 0} ½‖y − x‖² − scaling·weight·Σ log y = ½(x + √(x² + 4·scaling·weight)), entry by entry.
 *
 * @param x Any shape; weight (positive) and scaling are numbers or tensors that broadcast with it. Defaults 1. Differentiable in
 *   all three, to any order.
 * @see Combettes & Pesquet 2011, Proximal splitting methods in signal processing, table 10.2.
 */
export function logBarrier(
  x: tf.Tensor,
  weight: number | tf.Tensor = 1,
  scaling: number | tf.Tensor = 1,
): tf.Tensor {
  return floatMap('prox.logBarrier', {x, weight, scaling}, ({x, weight, scaling}) => {
    const mu = tf.mul(weight, scaling);
    const negative = offTape(() => tf.less(x, 0));
    // With |x|, nothing cancels: the one root, or the other by their product −μ.
    const size = tf.where(negative, tf.neg(x), x);
    const larger = tf.mul(0.5, tf.add(size, tf.sqrt(tf.add(tf.square(size), tf.mul(4, mu)))));
    return tf.where(negative, tf.div(mu, larger), larger);
  });
}
