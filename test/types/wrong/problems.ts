/** @file Problems that are not complete, or not of their solver. */
import * as tf from '@tensorflow/tfjs';
import {certify, conditions, losses, projections, prox, solveQP, solvers} from '../../../src/index.js';

const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
const [x0, c] = [tf.zeros([1, 2]), tf.ones([1, 2])];

export function GWithoutH() {
  // @ts-expect-error h is missing.
  return solveQP({Q: [[1]], p: [1], G: [[1]]});
}

export function GWithoutHInVariable() {
  const problem = {Q: [[1]], p: [1], G: [[1]]};
  // @ts-expect-error h is missing.
  return solveQP(problem);
}

export function bWithoutA() {
  // @ts-expect-error A is missing.
  return certify({Q: [[1]], p: [1], b: [1]}, {x: [1]});
}

export function misspeltInput() {
  // @ts-expect-error It is `G`.
  return solveQP({Q: [[1]], p: [1], g: [[1]], h: [1]});
}

export function withoutP() {
  // @ts-expect-error p is missing.
  return solveQP({Q: [[1]]});
}

export function withoutPoint() {
  // @ts-expect-error x is missing.
  return certify({Q: [[1]], p: [1]}, {ineqDual: [1]});
}

export function misspeltEntry() {
  // @ts-expect-error It is `fun`.
  return new solvers.LBFGS({loss: fun});
}

export function bareFunction() {
  // @ts-expect-error It is {fun}.
  return new solvers.BFGS(fun);
}

export function otherEntry() {
  // @ts-expect-error It is `fun`.
  return new solvers.GaussNewton({residuals: (x: tf.Tensor) => x});
}

export function withoutProjection() {
  // @ts-expect-error It is `projection`.
  return new solvers.ProjectedGradient({fun, prox: prox.lasso});
}

export function constraintOfKkt() {
  // @ts-expect-error It is `equality`.
  return conditions.kkt({fun, equalities: (x: tf.Tensor, _c: tf.Tensor) => tf.sum(x, 1, true)});
}

export function missingMultiplier() {
  const F = conditions.kkt({fun, equality: (x, at) => tf.sub(x, at)});
  // @ts-expect-error eqDual is missing.
  return F({x: x0}, c);
}

export function withoutMirrorMap() {
  const geometry = {projection: conditions.entropy.projection};
  // @ts-expect-error mirrorMap is missing.
  return new solvers.MirrorDescent({fun, geometry});
}

export function withoutParameter() {
  // @ts-expect-error c is missing.
  return new solvers.GradientDescent({fun}).run(x0);
}

export function parameterInTheWrongPlace() {
  const solver = new solvers.ProximalGradient({fun, prox: prox.lasso});
  // @ts-expect-error The parameters of the prox come first.
  return solver.run(x0, c, 1);
}

export function parametersOfAnotherProjection() {
  const solver = new solvers.ProjectedGradient({fun, projection: projections.simplex});
  // @ts-expect-error It is `scale`.
  return solver.run(x0, {radius: 1}, c);
}

export function bounds() {
  // @ts-expect-error They are `lower` and `upper`.
  return new solvers.LBFGSB({fun}).run(x0, {min: 0, max: 1}, c);
}

export function fieldOfUnknown() {
  type Model = {weights: tf.Tensor; bias: tf.Tensor};
  const solver = new solvers.LBFGS({fun: ({weights, bias}: Model) => tf.sum(tf.add(weights, bias))});
  // @ts-expect-error It is `weights`.
  return solver.run({weight: x0, bias: x0});
}

export function missingBlock() {
  const pair = ([u, v]: [tf.Tensor, tf.Tensor]) => tf.sum(tf.squaredDifference(u, v), 1);
  const solver = new solvers.BlockCoordinateDescent({fun: pair, prox: prox.none});
  // @ts-expect-error Two blocks.
  return solver.run([x0], null);
}

export function sizesOfCones() {
  // @ts-expect-error A list of sizes.
  return projections.coneProduct(x0, {secondOrder: 2});
}

export function numberForLoss() {
  // @ts-expect-error It is {delta: 2}.
  return losses.huber(x0, c, 2);
}

export function lossOfOneArgument() {
  // @ts-expect-error Target and logits.
  return losses.multiclassSparsemax(x0);
}

export function numbersForLoss() {
  // @ts-expect-error Tensors.
  return losses.binaryLogistic([1, 0], tf.zeros([2]));
}

export function noCondition() {
  // @ts-expect-error condition (or fixedPoint) is missing.
  return solvers.fromStep({
    start: () => ({}),
    step: (x: tf.Tensor) => ({x, memory: {}, residual: tf.zeros([1])}),
  });
}

export function misspeltResidual() {
  return solvers.fromStep({
    start: () => ({}),
    // @ts-expect-error It is `residual`.
    step: (x: tf.Tensor) => ({x, memory: {}, error: tf.zeros([1])}),
    condition: (x: tf.Tensor) => x,
  });
}

export function otherMemory() {
  return solvers.fromStep({
    start: (x: tf.Tensor) => ({velocity: tf.zerosLike(x)}),
    // @ts-expect-error The memory has a velocity.
    step: (x: tf.Tensor) => ({x, memory: {speed: x}, residual: tf.zeros([1])}),
    condition: (x: tf.Tensor) => x,
  });
}
