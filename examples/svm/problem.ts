/** @file The two problems of the experiment: a multiclass SVM, and the choice of its regularisation. */
import * as tf from '@tensorflow/tfjs';
import {makeClassification} from '../support/classification.js';
import {randomNumbers} from '../support/random.js';

export const CLASSES = 5;

/** The data, as tensors: X [m, p] with rows of length 1, and Y [m, k], one-hot. */
export interface Problem {
  features: number;
  training: {X: tf.Tensor2D; Y: tf.Tensor2D};
  validation: {X: tf.Tensor2D; Y: tf.Tensor2D};
  /** Xᵀ and the transpose of the validation set: tfjs multiplies by a transpose several times more slowly than by a matrix. */
  transposed: {training: tf.Tensor2D; validation: tf.Tensor2D};
  /** The largest eigenvalue of X Xᵀ. */
  curvature: number;
  /** Σ Xᵢ sin i, to compare with the data of the references. */
  checksum: number;
}

/** The first `training` samples of a synthetic problem for training, and `validation` more to choose λ. */
export function makeProblem(features: number, training: number, validation: number): Problem {
  const samples = training + validation;
  const informative = Math.max(CLASSES, Math.floor(features / 10));
  const {features: table, labels} = makeClassification(
    {samples, features, classes: CLASSES, informative},
    randomNumbers(features),
  );
  for (let i = 0; i < samples; i++) {
    const row = table.subarray(i * features, (i + 1) * features);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, j) => (row[j] = value / norm));
  }
  const part = (from: number, to: number) => ({
    X: tf.tensor2d(table.slice(from * features, to * features), [to - from, features]),
    Y: tf.tidy(() =>
      tf.cast(tf.oneHot(tf.tensor1d(labels.slice(from, to), 'int32'), CLASSES), 'float32'),
    ) as tf.Tensor2D,
  });
  const sets = {training: part(0, training), validation: part(training, samples)};
  const transposed = {
    training: tf.transpose(sets.training.X),
    validation: tf.transpose(sets.validation.X),
  };
  let checksum = 0;
  for (let i = 0; i < training * features; i++) checksum += table[i] * Math.sin(i);
  return {features, ...sets, transposed, curvature: largestEigenvalue(sets.training.X), checksum};
}

/** By the power method: 1 % is accurate enough for a step length. */
function largestEigenvalue(X: tf.Tensor2D): number {
  return tf.tidy(() => {
    let v = tf.ones([X.shape[0], 1]);
    let size = 0;
    for (let k = 0; k < 100; k++) {
      const next = tf.matMul(X, tf.matMul(X, v, true));
      size = tf.norm(next).dataSync()[0];
      v = tf.div(next, size);
    }
    return size;
  });
}

/** W(x, θ) = Xᵀ(Y − x)/θ, [p, k]: the weights that belong to the dual variables x. */
export function weights({training, transposed}: Problem, x: tf.Tensor, theta: tf.Tensor): tf.Tensor2D {
  return tf.div(tf.matMul(transposed.training, tf.sub(training.Y, x) as tf.Tensor2D), theta);
}

/** f(x, θ) = ½ θ ‖W(x, θ)‖² + ⟨x, Y⟩, to be minimised with each row of x on the probability simplex. */
export function inner(problem: Problem) {
  return (x: tf.Tensor, theta: tf.Tensor): tf.Tensor => {
    const W = weights(problem, x, theta);
    return tf.add(tf.mul(tf.div(theta, 2), tf.sum(tf.square(W))), tf.sum(tf.mul(x, problem.training.Y)));
  };
}

/** ∇₁f = Y − X W(x, θ). */
export function innerGradient(problem: Problem) {
  return (x: tf.Tensor, theta: tf.Tensor): tf.Tensor =>
    tf.sub(problem.training.Y, tf.matMul(problem.training.X, weights(problem, x, theta)));
}

/** ½‖X_val W − Y_val‖², the validation loss. */
export function outer(problem: Problem, x: tf.Tensor, theta: tf.Tensor): tf.Scalar {
  const {X, Y} = problem.validation;
  const scores = tf.matMul(X, weights(problem, x, theta));
  return tf.mul(0.5, tf.sum(tf.squaredDifference(scores, Y)));
}

export function disposeProblem({training, validation, transposed}: Problem): void {
  tf.dispose([training, validation, transposed]);
}
