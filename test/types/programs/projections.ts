/** @file Minima over sets: projections and proximal operators of the library as they are, with their parameters. */
import * as tf from '@tensorflow/tfjs';
import {conditions, projections, prox, rootVjp, solvers} from '../../../src/index.js';

export function run() {
  const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
  const [init, c] = [tf.zeros([1, 2]), tf.tensor2d([[3, 4]])];

  const simplex = new solvers.ProjectedGradient({fun, projection: projections.simplex});
  const ball = new solvers.ProjectedGradient({fun, projection: projections.l2Ball}, {acceleration: false});
  const box = new solvers.ProjectedGradient({fun, projection: projections.box});
  const positive = new solvers.ProjectedGradient({fun, projection: projections.nonNegative});
  const own = new solvers.ProjectedGradient({
    fun,
    projection: (y: tf.Tensor, most: number) => tf.minimum(y, most),
  });
  const lasso = new solvers.ProximalGradient({fun, prox: prox.lasso}, {stepSize: 0.5});
  const elastic = new solvers.ProximalGradient({fun, prox: prox.elasticNet});
  const inBall = new solvers.ProximalGradient({fun, prox: prox.fromProjection(projections.l2Ball)});
  const F = conditions.projectedGradient(fun, projections.simplex);
  const G = conditions.proximalGradient(fun, prox.lasso, {stepSize: 0.5});

  return [
    simplex.run(init, {scale: 1}, c).x,
    ball.run(init, {radius: tf.scalar(1)}, c).x,
    box.run(init, {lower: 0, upper: 1}, c).x,
    positive.run(init, undefined, c).x,
    own.run(init, 2, c).x,
    lasso.run(init, 2, c).x,
    elastic.run(init, {l1: 2, l2: 2}, c).x,
    inBall.run(init, {radius: 1}, c).x,
    F.map(init, {}, c),
    G.map(init, 2, c),
    rootVjp(G, tf.tensor2d([[2, 3]]), [2, c], tf.ones([1, 2]))[1],
  ].map((x) => x.arraySync());
}

export const expected = [
  [[0, 1]],
  [[0.6, 0.8]],
  [[1, 1]],
  [[3, 4]],
  [[2, 2]],
  [[2, 3]],
  [[1, 1.5]],
  [[0.6, 0.8]],
  [[0, 1]],
  [[2, 3]],
  [[1, 1]],
];
