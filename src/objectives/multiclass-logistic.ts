/** @file Logistic regression with several classes, without and with an ℓ2 penalty. */
import * as tf from '@tensorflow/tfjs-core';
import {structured, type ProductForm, type StructuredObjective} from '../conditions/index.js';
import {multiclassLogistic as lossOf} from '../losses/index.js';
import {classesLike, pointsOf, type RegressionData} from './data.js';
import {withRidge} from './with-ridge.js';

const WHERE = 'multiclassLogistic';

const form: ProductForm<[data: RegressionData]> = {
  matrix: ({X}) => X,
  value: (logits, data) =>
    tf.div(tf.sum(lossOf(classesLike(WHERE, data.y, logits), logits), 1), pointsOf(data)),
  gradient: (logits, data) =>
    tf.div(tf.sub(tf.softmax(logits), classesLike(WHERE, data.y, logits)), pointsOf(data)),
  // The eigenvalues of diag(p) − ppᵀ are at most ½.
  smoothness: (data) => 1 / (2 * pointsOf(data)),
  blocks: 'rows',
};

/**
 * f(W, {X, y}) = mean over the m points of log Σ exp(z) − ⟨z, y⟩, z = X W: the softmax cross-entropy (`losses.multiclassLogistic`).
 *
 * W is [B, n, k] for n features and k classes ([n, k] for a single problem). y has class indices, int32 [m] or [B, m]; or distributions,
 * float32 [m, k] or [B, m, k].
 */
export const multiclassLogistic: StructuredObjective<[data: RegressionData]> = structured(form);

/** f(W, l2, {X, y}) = `multiclassLogistic` + ½ l2‖W‖². l2 is a number, or a tensor [] or [B]. */
export const l2MulticlassLogistic: StructuredObjective<[l2: number | tf.Tensor, data: RegressionData]> =
  structured(withRidge(form));
