/** @file Solvers that do not fit their condition, and products that do not fit their parameters. */
import * as tf from '@tensorflow/tfjs';
import {customFixedPoint, customRoot, rootJvp, rootVjp, solvers, SolverLayer} from '../../../src/index.js';

const F = (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.square(x), t);
const [x, t] = [tf.ones([1, 1]), tf.ones([1, 1])];

export function solverOfRecord() {
  // @ts-expect-error x itself, not {x}.
  return customRoot(F)((_init, at) => ({x: tf.sqrt(at)}));
}

export function solverThatIsAsync() {
  // @ts-expect-error A promise is no x.
  return customRoot(F)(async (_init, at) => Promise.resolve(tf.sqrt(at)));
}

export function solverThatReturnsNothing() {
  // @ts-expect-error The arrow function has no `return`.
  return customRoot(F)((_init, at) => {
    tf.sqrt(at);
  });
}

export function withoutAux() {
  // @ts-expect-error [x, aux].
  return customRoot(F, {hasAux: true})((_init, at: tf.Tensor) => tf.sqrt(at));
}

export function withAux() {
  // @ts-expect-error hasAux is not set.
  return customFixedPoint((y, at) => tf.div(at, y))((_init, at) => [tf.sqrt(at), at]);
}

export function solverOfMoreParameters() {
  const solver = new solvers.NewtonRoot({
    fun: (y: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.sub(tf.mul(a, y), b),
  });
  // @ts-expect-error F has one parameter, the solver two.
  return customRoot(F)(solver);
}

export function solverOfOtherParameters() {
  const solver = new solvers.NewtonRoot({fun: (y: tf.Tensor, {a}: {a: tf.Tensor}) => tf.mul(a, y)});
  // @ts-expect-error F takes a tensor, the solver a record.
  return customRoot(F)(solver);
}

export function solverOfQuadraticPrograms() {
  // @ts-expect-error It solves another problem.
  return customRoot(F)(new solvers.InteriorPointQP());
}

export function classOfSolver() {
  // @ts-expect-error An instance, not the class.
  return new solvers.AndersonWrapper(solvers.GradientDescent);
}

export function withoutInit() {
  const sqrt = customRoot(F)((_init, at) => tf.sqrt(at));
  // @ts-expect-error (init, t).
  return sqrt(t);
}

export function parametersWithoutList() {
  // @ts-expect-error [t].
  return rootVjp(F, x, t, x);
}

export function tooManyTangents() {
  // @ts-expect-error One tangent a parameter.
  return rootJvp(F, x, [t], [t, t]);
}

export function conditionOfMany() {
  // @ts-expect-error F(x) is like x.
  return customRoot((at: tf.Tensor, to: tf.Tensor) => [tf.sub(at, to)]);
}

// @ts-expect-error It does not say how it solves.
export class Incomplete extends SolverLayer {
  protected override readonly inputNames = ['x'];
}
