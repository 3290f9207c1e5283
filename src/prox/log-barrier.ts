/** @file The proximal operator of the logarithmic barrier. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, offTape} from '../autodiff/index.js';
import {magnitude, penaltyOf, type Penalty} from './weights.js';

/**
 * argmin_{y > 0} ½‖y − x‖² − scaling·weight·Σ log y = ½(x + √(x² + 4·scaling·weight)), entry by entry.
 *
 * @param x Any shape; the weight (positive; bare or as `{weight}`) and scaling are numbers or tensors that broadcast with it. Defaults 1. Differentiable in
 *   all three, to any order.
 * @see Combettes & Pesquet 2011, Proximal splitting methods in signal processing, table 10.2.
 */
export function logBarrier(
  x: tf.Tensor,
  params: Penalty<'weight'> = 1,
  scaling: number | tf.Tensor = 1,
): tf.Tensor {
  const weight = penaltyOf('prox.logBarrier', 'weight', params);
  return floatMap('prox.logBarrier', {x, weight, scaling}, ({x, weight, scaling}) => {
    const mu = tf.mul(weight, scaling);
    // In units of the larger of |x| and √μ, so that no square leaves the range of f32.
    const unit = offTape(() => magnitude(tf.maximum(tf.abs(x), tf.sqrt(mu))));
    const scaled = tf.div(x, unit);
    const nu = tf.div(tf.div(mu, unit), unit);
    const negative = offTape(() => tf.less(x, 0));
    // With |x|, nothing cancels: the one root, or the other by their product −μ.
    const size = tf.where(negative, tf.neg(scaled), scaled);
    const larger = tf.mul(0.5, tf.add(size, tf.sqrt(tf.add(tf.square(size), tf.mul(4, nu)))));
    return tf.mul(unit, tf.where(negative, tf.div(nu, larger), larger));
  });
}
