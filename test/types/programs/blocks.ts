/** @file Two blocks of unknowns, each with a penalty of its own. */
import * as tf from '@tensorflow/tfjs';
import {conditions, projections, prox, solvers} from '../../../src/index.js';

export function run() {
  const fun = ([u, v]: [tf.Tensor, tf.Tensor], c: tf.Tensor) =>
    tf.sum(tf.add(tf.squaredDifference(u, c), tf.squaredDifference(v, tf.add(u, 1))), 1);
  const solver = new solvers.BlockCoordinateDescent({fun, prox: prox.none}, {stepSize: 'search'});
  const [u, v] = solver.run([tf.zeros([1, 1]), tf.zeros([1, 1])], null, tf.tensor2d([[2]])).x;

  const penalties = [prox.lasso, prox.fromProjection(projections.nonNegative)];
  const mixed = new solvers.BlockCoordinateDescent({fun, prox: penalties});
  const [w] = mixed.run([tf.zeros([1, 1]), tf.zeros([1, 1])], [0.5, null], tf.tensor2d([[2]])).x;

  const F = conditions.blockProximalGradient(fun, prox.lasso, {stepSize: [0.25, 0.25]});
  const [moved] = F.map([u, v], 0, tf.tensor2d([[2]]));
  return [u, v, w, moved].map((block) => block.dataSync()[0]);
}

export const expected = [2, 3, 1.75, 2];
