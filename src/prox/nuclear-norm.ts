/** @file The proximal operator of the nuclear norm: soft thresholding of singular values. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, offTape} from '../autodiff/index.js';
import {signOf, spectralFunction, type SpectralFunction} from '../linalg/index.js';
import {lasso} from './lasso.js';
import {product} from './weights.js';

/** Soft thresholding by 1, of eigenvalues ±σ. */
const SOFT: SpectralFunction = {
  value: (eigenvalues) => lasso(eigenvalues),
  piece: (eigenvalues) => signOf(lasso(eigenvalues)),
};

/**
 * argmin_Y ½‖Y − X‖²_F + scaling·weight·‖Y‖_*: U max(Σ − scaling·weight, 0) Vᵀ for X = UΣVᵀ.
 *
 * The singular values are found as eigenvalues of [0 X; Xᵀ 0], which does not square the condition number; computed in f64.
 *
 * @param x [..., m, n]. Differentiable in x, weight and scaling, also at repeated singular values. A
 *   matrix with an entry that is not finite becomes NaN.
 * @param weight A number, or a tensor of x's shape without the last two axes; positive. Default 1. An infinite one makes Y zero.
 * @param scaling A factor on the penalty, a number or a tensor that broadcasts with x. Default 1.
 * @throws If x has fewer than two axes.
 * @see Cai, Candès & Shen 2010 (arXiv 0810.3286), theorem 2.1.
 */
export function nuclearNorm(
  x: tf.Tensor,
  weight: number | tf.Tensor = 1,
  scaling: number | tf.Tensor = 1,
): tf.Tensor {
  if (x.rank < 2) throw new Error(`prox.nuclearNorm: x must have at least two axes, got shape [${x.shape}].`);
  return floatMap('prox.nuclearNorm', {x, weight, scaling}, ({x, weight, scaling}) => {
    const [m, n] = x.shape.slice(-2);
    const outer = x.shape.slice(0, -2);
    const each = tf.expandDims(tf.expandDims(weight, -1), -1);
    const {finite, endless} = product(each, scaling);
    const threshold = tf.broadcastTo(finite, [...outer, 1, 1]);
    const {positive, shrinks} = offTape(() => {
      const positive = tf.greater(threshold, 0);
      return {positive, shrinks: tf.logicalOr(positive, tf.broadcastTo(endless, threshold.shape))};
    });
    const unit = tf.where(positive, threshold, tf.onesLike(threshold));
    // In units of the threshold, which so gets its gradient by the product rule.
    const scaled = tf.div(x, unit);
    const order = x.shape.map((_, i) => i);
    const turned = tf.transpose(scaled, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
    const embedded = tf.concat(
      [
        tf.concat([tf.zeros([...outer, m, m]), scaled], -1),
        tf.concat([turned, tf.zeros([...outer, n, n])], -1),
      ],
      -2,
    );
    const start = order.map((axis) => (axis === x.rank - 1 ? m : 0));
    const shrunk = tf.slice(spectralFunction(embedded, SOFT), start, x.shape);
    // An infinite weight leaves zeros, where there is no NaN.
    return tf.where(tf.broadcastTo(shrinks, x.shape), tf.mul(threshold, shrunk), x);
  });
}
