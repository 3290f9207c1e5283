/** @file The dual of the linear support vector machine with several classes. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {rowsOf, structured, times, type ProductForm, type StructuredObjective} from '../conditions/index.js';
import type {RegressionData} from './data.js';

type Parameters = [l2: number | tf.Tensor, data: RegressionData];

/** Y as [B | 1, m, k]. @throws If it is not one distribution for each point. */
function labels({X, y}: RegressionData): tf.Tensor3D {
  const m = X.shape[X.rank - 2];
  if ((y.rank !== 2 && y.rank !== 3) || y.shape[y.rank - 2] !== m) {
    throw new Error(
      `objectives.multiclassLinearSVMDual: y must be one-hot, [m, k] or [B, m, k] for the ${m} points of X, got shape [${y.shape}]. ` +
        'For class indices pass tf.oneHot(y, k).',
    );
  }
  return tf.reshape(tf.cast(y, 'float32'), [y.rank === 3 ? y.shape[0] : 1, m, y.shape[y.rank - 1]]);
}

/** Xᵀ V. */
function featuresOf({X}: RegressionData, V: tf.Tensor3D): tf.Tensor3D {
  const batch = X.rank === 3 ? X.shape[0] : 1;
  return times(X, V.shape[0] < batch ? tf.tile(V, [batch, 1, 1]) : V, true);
}

const column = (l2: number | tf.Tensor) => (typeof l2 === 'number' ? l2 : tf.reshape(l2, [-1, 1, 1]));

const residuals = (product: tf.Tensor, data: RegressionData) =>
  tf.sub(product, featuresOf(data, labels(data)));

const form: ProductForm<Parameters> = {
  matrix: (_l2, {X}) => tf.transpose(X, X.rank === 3 ? [0, 2, 1] : [1, 0]),
  value: (product, l2, data) =>
    tf.sum(tf.div(tf.square(residuals(product, data)), tf.mul(2, column(l2))), [1, 2]),
  gradient: (product, l2, data) => tf.div(residuals(product, data), column(l2)),
  smoothness: (l2) => tf.div(1, l2),
  linear: (_l2, data) => tf.sub(labels(data), 1),
  blocks: 'rows',
};

/**
 * f(β, l2, {X, y}) = ‖Xᵀ(Y − β)‖²/(2 l2) + ⟨β, Y − 1⟩, to be minimised over β ∈ simplex × … × simplex, one for each point: the dual of
 * Crammer and Singer's support vector machine, min_W ½ l2‖W‖² + Σ_i max_c (1 − Y_ic + (X W)_ic) − (X W)_i,yᵢ.
 *
 * β is [B, m, k] for m points and k classes ([m, k] for a single problem), X [m, p] or [B, m, p], and y one-hot, [m, k] or [B, m, k]. l2 is
 * a positive number, or a tensor [] or [B]. `multiclassLinearSVMWeights` gives W.
 *
 * @see Crammer & Singer 2001; Blondel et al. 2022 (arXiv 2105.15183), section 4.1.
 */
export const multiclassLinearSVMDual: StructuredObjective<[l2: number | tf.Tensor, data: RegressionData]> =
  structured(form);

/** W = Xᵀ(Y − β)/l2, the weights that belong to the β of `multiclassLinearSVMDual`: [B, p, k], or [p, k] for a single problem. */
export function multiclassLinearSVMWeights(
  beta: tf.Tensor,
  l2: number | tf.Tensor,
  data: RegressionData,
): tf.Tensor {
  checkOptions('objectives.multiclassLinearSVMWeights', data, {X: 1, y: 1}, 'parameter');
  return tf.tidy(() => {
    const {rows, isSingle} = rowsOf(form, beta);
    const W = tf.div(featuresOf(data, tf.sub(labels(data), rows)), column(l2));
    return isSingle ? tf.squeeze(W, [0]) : W;
  });
}
