/** @file The solvers of quadratic and conic programs on tensors with a batch, and a layer with one of them. */
import * as tf from '@tensorflow/tfjs';
import {projections, QPLayer, solveQP, solvers} from '../../../src/index.js';

export function run() {
  const one = tf.ones([1, 1, 1]);
  const [Q, p, A, l, u] = [one, tf.tensor2d([[-3]]), one, tf.tensor2d([[-1]]), tf.tensor2d([[1]])];
  const boxed = new solvers.BoxOSQP({tolerance: 1e-5}).run(null, {Q, p, A, l, u});
  const clipped = new solvers.BoxCDQP().run(null, {Q, p, l, u});
  const tied = new solvers.EqualityConstrainedQP().run(null, {Q, p, A, b: u});
  const split = solveQP(
    {Q: [[1]], p: [-3], G: [[1]], h: [1]},
    {solver: new solvers.OSQP({maxIterations: 500})},
  );
  const inner = new solvers.InteriorPointQP({tolerance: 1e-9, onFailure: 'throw'});
  const found = inner.run(null, {Q, p, G: one, h: u, A: tf.zeros([1, 0, 1]), b: tf.zeros([1, 0])});
  const conic = new solvers.ConicSplitting((v) => projections.nonNegative(v), {tolerance: 1e-5});
  const {x, state} = conic.run(null, {c: tf.tensor2d([[-1]]), E: one, d: tf.tensor2d([[2]])});
  const layer = new QPLayer({constants: {Q: [[1]], G: [[1]], h: [1]}, solver: inner});
  const y = layer.apply(tf.tensor2d([[-3]])) as tf.Tensor;
  const coder = new solvers.SparseCoding({nonNegative: true, degenerate: 'smooth'});
  const code = coder.run(tf.zeros([1, 2]), {l1: 1, l2: 0}, tf.eye(2), tf.tensor2d([[3, 0.5]]));
  tf.dispose(boxed.state);
  tf.dispose(clipped.state);
  return [
    boxed.x.x.arraySync(),
    boxed.x.dual.arraySync(),
    clipped.x.arraySync(),
    tied.x.eqDual.arraySync(),
    split.x.arraySync(),
    found.x.ineqDual.arraySync(),
    x.z.arraySync(),
    state.status.arraySync(),
    y.arraySync(),
    code.x.arraySync(),
  ];
}

export const expected = [[[1]], [[2]], [[1]], [[2]], [1], [[2]], [[2]], [0], [[1]], [[2, 0]]];
