/** @file Fields of results that do not exist. Each function is a program that does not compile, at the line that is wrong. */
import * as tf from '@tensorflow/tfjs';
import {certify, linalg, QPLayer, solveQP, solvers} from '../../../src/index.js';

const problem = {Q: [[1]], p: [1]};
const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
const [x0, c] = [tf.zeros([1, 1]), tf.ones([1, 1])];

export function statusOfQP() {
  const result = solveQP(problem);
  // @ts-expect-error It is `status`.
  return result.stauts;
}

export function multipliers() {
  // @ts-expect-error They are `ineqDual` and `eqDual`.
  const {x, lambda} = solveQP(problem);
  return [x, lambda];
}

export function certificateOfQP() {
  // @ts-expect-error It is `residual`.
  return certify(problem, {x: [-1]}).error;
}

export function stateOfRun() {
  const {state} = new solvers.LBFGS({fun}).run(x0, c);
  // @ts-expect-error It is `status`.
  return state.success;
}

export function iterationsOfProgress() {
  const progress = new solvers.GradientDescent({fun}).start(x0, c);
  // @ts-expect-error It is `iterations`.
  return progress.iteration;
}

export function solutionOfRun() {
  const solution = new solvers.BFGS({fun}).run(x0, c);
  // @ts-expect-error `run` returns {x, state}, not x.
  return solution.arraySync();
}

export function dualsOfBoxed(data: solvers.BoxQPData) {
  // @ts-expect-error It is `dual`.
  return new solvers.BoxOSQP().run(null, data).x.duals;
}

export async function diagnosticsOfLayer() {
  const report = await new QPLayer().diagnostics();
  // @ts-expect-error It is `residual`.
  return report.residuals;
}

export function diagnosticsAtOnce() {
  // @ts-expect-error It is a promise.
  return new QPLayer().diagnostics().status;
}

export function eigenvalues() {
  // @ts-expect-error It is `eigenvalues`.
  const {values} = linalg.eigh(tf.eye(2));
  return values;
}
