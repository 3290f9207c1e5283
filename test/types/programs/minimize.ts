/** @file Every method for a smooth minimum, x of rank 2, with nothing annotated but the first. */
import * as tf from '@tensorflow/tfjs';
import {solvers, type Status} from '../../../src/index.js';

const {lineSearches} = solvers;

export function run() {
  const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
  const c = tf.tensor2d([[1, -2]]);
  const lineSearch: solvers.lineSearches.LineSearch = lineSearches.zoom({c2: 0.5});
  const inner = new solvers.GradientDescent({fun}, {stepSize: 0.1, acceleration: false});
  const all = [
    inner,
    new solvers.GradientDescent({gradient: (x, c) => tf.mul(2, tf.sub(x, c))}),
    new solvers.BFGS({fun}, {lineSearch}),
    new solvers.LBFGS({fun}, {lineSearch: lineSearches.backtracking(), historySize: 3}),
    new solvers.Newton({fun}, {lineSearch: lineSearches.hagerZhang({maxIterations: 20})}),
    new solvers.NonlinearCG({fun}, {method: 'polakRibiere'}),
    new solvers.LBFGS({fun: (x, c) => tf.sum(tf.squaredDifference(x, c), 1)}),
    new solvers.AndersonWrapper(inner, {steps: 2}),
  ];
  const bounded = new solvers.LBFGSB({fun}).run(tf.zeros([1, 2]), {lower: -1, upper: Infinity}, c);
  const codes: (typeof Status)[keyof typeof Status][] = [0, 1, 2, 3];
  const {x, state} = all[0]!.run(tf.zeros([1, 2]), c);
  const {status, iterations, residual}: solvers.IterationState = state;
  const parts = [x, status, iterations, residual].map(({rank}) => rank);
  return [
    all.map((solver) => solver.run(tf.zeros([1, 2]), c).x.arraySync()),
    bounded.x.arraySync(),
    codes.length,
    parts,
  ];
}

export const expected = [Array(8).fill([[1, -2]]), [[1, -1]], 4, [2, 1, 1, 1]];
