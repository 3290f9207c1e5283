/** @file The proximal operator of the sorted ℓ1 norm (SLOPE, OSCAR). */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, offTape} from '../autodiff/index.js';
import {descendingOrder, inverted, permuteRows, runIsotonic} from '../kernels/index.js';

/**
 * argmin_y ½‖y − x‖² + scaling·Σ wᵢ|y|₍ᵢ₎, along the last axis; |y|₍₁₎ ≥ |y|₍₂₎ ≥ … are the sorted magnitudes of y, and the
 * weights are sorted too, w₁ ≥ w₂ ≥ … ≥ 0.
 *
 * O(n log n): an isotonic regression of the sorted |x| − w, cut off at zero. Entries of similar magnitude become equal. OSCAR is
 * wᵢ = α + β(n − i).
 *
 * @param x [..., n]. Differentiable in x, weights and scaling.
 * @param weights [n], or a tensor that broadcasts with x. They are sorted here.
 * @param scaling A factor on the penalty, a number or a tensor that broadcasts with x. Default 1.
 * @throws If x has no axis.
 * @see Bogdan et al. 2015 (arXiv 1407.3824), algorithm 3; Zeng & Figueiredo 2014 (arXiv 1409.4271).
 */
export function sortedL1(x: tf.Tensor, weights: tf.Tensor, scaling: number | tf.Tensor = 1): tf.Tensor {
  if (x.rank === 0) throw new Error('prox.sortedL1: x must have at least one axis.');
  return floatMap('prox.sortedL1', {x, weights, scaling}, ({x, weights, scaling}) => {
    const rows = (values: tf.Tensor) =>
      tf.reshape(tf.broadcastTo(values, x.shape), [-1, x.shape[x.rank - 1]]) as tf.Tensor2D;
    const sign = offTape(() => tf.where(tf.less(x, 0), tf.scalar(-1), tf.scalar(1)));
    const magnitudes = rows(tf.mul(sign, x));
    const penalties = rows(tf.mul(weights, scaling));
    const order = descendingOrder(magnitudes);
    const excess = tf.sub(permuteRows(magnitudes, order), permuteRows(penalties, descendingOrder(penalties)));
    const shrunk = tf.relu(runIsotonic(excess as tf.Tensor2D, false)) as tf.Tensor2D;
    return tf.mul(sign, tf.reshape(permuteRows(shrunk, inverted(order)), x.shape));
  });
}
