/** @file Solvers of one's own: a start, a step and what defines the solution. */
import * as tf from '@tensorflow/tfjs';
import {conditions, solvers} from '../../../src/index.js';

const f = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
const slope = (x: tf.Tensor, c: tf.Tensor) => tf.mul(2, tf.sub(x, c));

/** Memory of tensors of several ranks, and helpers that return plain tensors. */
const momentum = solvers.fromStep(
  {
    start: (x: tf.Tensor) => ({velocity: tf.zerosLike(x), rate: tf.fill([x.shape[0]!], 0.1)}),
    step(x: tf.Tensor, {velocity, rate}, c: tf.Tensor) {
      const g = slope(x, c);
      const next = tf.sub(tf.mul(0.5, velocity), tf.mul(tf.expandDims(rate, 1), g));
      const memory = {velocity: next, rate: tf.minimum(tf.mul(rate, 1.1), 0.3)};
      return {x: tf.add(x, next), memory, residual: tf.max(tf.abs(g), 1)};
    },
    condition: conditions.stationary(f),
  },
  {tolerance: 1e-5, onIteration: ({residual}) => void residual.shape},
);

/** No memory, and a fixed point in place of F. */
const halfway = solvers.fromStep({
  start: () => [],
  step: (x: tf.Tensor, _memory, c: tf.Tensor) => {
    const next = tf.mul(0.5, tf.add(x, c));
    return {x: next, memory: [], residual: tf.max(tf.abs(tf.sub(next, x)), 1)};
  },
  fixedPoint: (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.add(x, c)),
});

/** A single problem whose x is a record, with a parameter that is a record of a number. */
type Point = {u: tf.Tensor; v: tf.Tensor};
const pair = solvers.fromStep(
  {
    start: (_x: Point, {rate}: {rate: number}) => ({rate: tf.scalar(rate)}),
    step(x: Point, {rate}, _options: {rate: number}, c: tf.Tensor1D) {
      const [du, dv] = [tf.sub(c, x.u), tf.sub(x.u, x.v)];
      const next = {u: tf.add(x.u, tf.mul(rate, du)), v: tf.add(x.v, tf.mul(rate, dv))};
      return {x: next, memory: {rate}, residual: tf.max(tf.abs(tf.concat([du, dv])))};
    },
    condition: (x: Point, _options: {rate: number}, c: tf.Tensor1D) => ({
      u: tf.sub(x.u, c),
      v: tf.sub(x.v, x.u),
    }),
  },
  {batched: false},
);

/** With types given. */
const given: solvers.IterativeSolver<tf.Tensor2D, [tf.Tensor2D]> = solvers.fromStep<
  tf.Tensor2D,
  [tf.Tensor2D],
  {before: tf.Tensor2D}
>({
  start: (x) => ({before: x}),
  step: (x, {before}, c) => ({
    x: tf.add(before, tf.mul(0.5, tf.sub(c, x))),
    memory: {before: x},
    residual: tf.max(tf.abs(tf.sub(x, c)), 1),
  }),
  condition: (x, c) => tf.sub(x, c),
});

export function run() {
  const c = tf.tensor2d([[3, -4]]);
  const {x, state} = momentum.run(tf.zeros([1, 2]), c);
  const slopes = tf.grad((at: tf.Tensor) => tf.sum(momentum.run(tf.zeros([1, 2]), at).x))(c);
  const progress = momentum.update(momentum.start(x, c), c);
  const ends = pair.run({u: tf.zeros([1]), v: tf.zeros([1])}, {rate: 0.5}, tf.tensor1d([2])).x;
  const tangent: tf.Tensor = halfway.jvp(c, [c], [tf.ones([1, 2])]);
  return [
    x.arraySync(),
    state.status.arraySync(),
    slopes.arraySync(),
    progress.status.arraySync(),
    halfway.run(tf.zeros([1, 2]), c).x.arraySync(),
    tangent.arraySync(),
    [ends.u.arraySync(), ends.v.arraySync()],
    given.run(tf.zeros([1, 2]), c).x.shape,
  ];
}

export const expected = [[[3, -4]], [0], [[1, 1]], [0], [[3, -4]], [[1, 1]], [[2], [2]], [1, 2]];
