/** @file Least squares, without and with an ℓ2 penalty. */
import * as tf from '@tensorflow/tfjs-core';
import {structured, type ProductForm, type StructuredObjective} from '../conditions/index.js';
import {pointsOf, targetsLike, type RegressionData} from './data.js';
import {withRidge} from './with-ridge.js';

export type {RegressionData} from './data.js';

const errors = (product: tf.Tensor, data: RegressionData) =>
  tf.sub(product, targetsLike('leastSquares', data.y, product));

const form: ProductForm<[data: RegressionData]> = {
  matrix: ({X}) => X,
  value: (product, data) => {
    const squares = tf.square(errors(product, data));
    return tf.div(tf.sum(squares, product.rank === 3 ? [1, 2] : 1), 2 * pointsOf(data));
  },
  gradient: (product, data) => tf.div(errors(product, data), pointsOf(data)),
  smoothness: (data) => 1 / pointsOf(data),
};

/**
 * f(x, {X, y}) = ‖X x − y‖²/(2m) for m points: the mean of half the squared errors. With `prox.lasso` as the prox of a solver, this is the
 * lasso.
 *
 * x is [B, n] with y [m] or [B, m]; or [B, n, k] with y [m, k] or [B, m, k], for k outputs (their squared errors are added).
 */
export const leastSquares: StructuredObjective<[data: RegressionData]> = structured(form);

/** f(x, l2, {X, y}) = ‖X x − y‖²/(2m) + ½ l2‖x‖². The shapes are those of `leastSquares`; l2 is a number, or a tensor [] or [B]. */
export const ridge: StructuredObjective<[l2: number | tf.Tensor, data: RegressionData]> = structured(
  withRidge(form),
);
