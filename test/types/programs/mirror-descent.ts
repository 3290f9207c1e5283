/** @file A minimum over the simplex by mirror descent with the entropy. */
import * as tf from '@tensorflow/tfjs';
import {conditions, rootVjp, solvers} from '../../../src/index.js';

export function run() {
  const fun = (x: tf.Tensor, theta: tf.Tensor) => tf.sum(tf.mul(x, tf.sub(tf.log(x), theta)), 1);
  const theta = tf.log(tf.tensor2d([[3, 1]]));
  const init = tf.fill([1, 2], 0.5);
  const solver = new solvers.MirrorDescent({fun, geometry: conditions.entropy}, {stepSize: 0.5});
  const {x} = solver.run(init, null, theta);
  const scaled = solver.run(tf.fill([1, 2], 1), {scale: 2}, theta);
  const F = conditions.mirrorDescent(fun, conditions.entropy);
  const slope = rootVjp(F, x, [null, theta], tf.tensor2d([[1, 0]]))[1];
  return [x.arraySync(), scaled.x.arraySync(), F.map(init, null, theta).arraySync(), slope.arraySync()];
}

export const expected = [[[0.75, 0.25]], [[1.5, 0.5]], [[0.75, 0.25]], [[0.1875, -0.1875]]];
