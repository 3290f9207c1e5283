/** @file Roots, fixed points and least squares, where x has a rank of its own. */
import * as tf from '@tensorflow/tfjs';
import {solvers} from '../../../src/index.js';

export function run() {
  const fun = (x: tf.Tensor2D, c: tf.Scalar): tf.Tensor2D => tf.sub(tf.square(x), c);
  const [init, c] = [tf.tensor2d([[3]]), tf.scalar(4)];
  const roots: tf.Tensor2D[] = [
    new solvers.NewtonRoot({fun}).run(init, c).x,
    new solvers.Broyden({fun}, {gamma: 0.2}).run(init, c).x,
    new solvers.GaussNewton({fun}).run(init, c).x,
    new solvers.LevenbergMarquardt({fun}, {maxIterations: 50}).run(init, c).x,
  ];
  const inBracket = new solvers.Bisection({fun: (x, c) => tf.sub(tf.square(x), c)});
  const halve = (x: tf.Tensor, at: tf.Tensor) => tf.mul(0.5, tf.add(x, at));
  const fixed = [
    new solvers.FixedPointIteration({fun: halve}).run(tf.zeros([1, 1]), tf.ones([1, 1])).x,
    new solvers.AndersonAcceleration({fun: halve}, {historySize: 2}).run(tf.zeros([1, 1]), tf.ones([1, 1])).x,
    inBracket.run(init, {lower: 0, upper: 3}, tf.tensor2d([[4]])).x,
  ];
  return [...roots, ...fixed].map((x) => x.dataSync()[0]);
}

export const expected = [2, 2, 2, 2, 1, 1, 2];
