/** @file Logistic regression with two classes, without and with an ℓ2 penalty. */
import * as tf from '@tensorflow/tfjs-core';
import {structured, type ProductForm, type StructuredObjective} from '../conditions/index.js';
import {binaryLogistic} from '../losses/index.js';
import {pointsOf, targetsLike, type RegressionData} from './data.js';
import {withRidge} from './with-ridge.js';

const form: ProductForm<[data: RegressionData]> = {
  matrix: ({X}) => X,
  value: (logits, data) => {
    const losses = binaryLogistic(targetsLike('logistic', data.y, logits), logits);
    return tf.div(tf.sum(losses, logits.rank === 3 ? [1, 2] : 1), pointsOf(data));
  },
  gradient: (logits, data) =>
    tf.div(tf.sub(tf.sigmoid(logits), targetsLike('logistic', data.y, logits)), pointsOf(data)),
  smoothness: (data) => 1 / (4 * pointsOf(data)),
};

/**
 * f(x, {X, y}) = mean over the m points of log(1 + eᶻ) − y z, z = X x: the logistic loss of labels y in [0, 1] (`losses.binaryLogistic`).
 *
 * x is [B, n], and y [m] or [B, m]; or [B, n, k] and [m, k] or [B, m, k], for k independent labels (their losses are added).
 */
export const logistic: StructuredObjective<[data: RegressionData]> = structured(form);

/** f(x, l2, {X, y}) = `logistic` + ½ l2‖x‖². l2 is a number, or a tensor [] or [B]. */
export const l2Logistic: StructuredObjective<[l2: number | tf.Tensor, data: RegressionData]> = structured(
  withRidge(form),
);
