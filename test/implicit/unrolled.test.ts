/** @file customFixedPoint on a tanh cell against the derivatives of its unrolled iterations. */
import * as tf from '@tensorflow/tfjs-core';
import {vjp} from '../../src/autodiff/index.js';
import {customFixedPoint} from '../../src/implicit/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const ITERATIONS = 80;

type Params = [w: tf.Tensor, u: tf.Tensor, x: tf.Tensor];

const cell = (z: tf.Tensor, ...[w, u, x]: Params) =>
  tf.tanh(
    tf.add(tf.matMul(z as tf.Tensor2D, w as tf.Tensor2D), tf.matMul(x as tf.Tensor2D, u as tf.Tensor2D)),
  );

const unrolled = (...params: Params): tf.Tensor => {
  let z: tf.Tensor = tf.zeros([3, 2]);
  for (let i = 0; i < ITERATIONS; i++) z = cell(z, ...params);
  return z;
};

const root = customFixedPoint(cell)((_init, ...params) => unrolled(...params));
const implicit = (...params: Params) => root(null, ...params);

const params = (): Params => [
  tf.tensor2d([
    [0.3, -0.2],
    [0.25, 0.35],
  ]),
  tf.tensor2d([
    [0.8, -0.5],
    [0.3, 0.6],
  ]),
  tf.tensor2d([
    [0.5, -1],
    [1.5, 0.25],
    [-0.75, 0.4],
  ]),
];
const cotangent = () =>
  tf.tensor2d([
    [1, -0.5],
    [0.25, 2],
    [-1, 0.75],
  ]);

describeBackends('customFixedPoint on a tanh cell', () => {
  it('has the value and the gradients of 80 unrolled iterations', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        expectClose(implicit(...params()), unrolled(...params()), 0, 1e-7);
        const ours = vjp(implicit, params(), cotangent());
        const theirs = vjp(unrolled, params(), cotangent());
        ours.forEach((gradient, i) => expectClose(gradient, theirs[i], 2e-6));
      }),
    ));

  it('has their second derivatives', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const second = (f: (...ps: Params) => tf.Tensor) => {
          const first = (...ps: Params) => vjp(f, ps, cotangent());
          const [w, u, x] = params();
          return vjp(first, params(), [tf.cos(w), tf.sin(tf.mul(3, u)), tf.cos(tf.mul(2, x))]);
        };
        const [ours, theirs] = [second(implicit), second(unrolled)];
        ours.forEach((gradient, i) => expectClose(gradient, theirs[i], 4e-6));
      }),
    ));

  it('has their gradients by tf.grads, for the cell as a closure over its weights', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const loss = (f: (...ps: Params) => tf.Tensor) =>
          tf.grads((w: tf.Tensor, u: tf.Tensor, x: tf.Tensor) => tf.sum(tf.mul(cotangent(), f(w, u, x))));
        const closure = (w: tf.Tensor, u: tf.Tensor, x: tf.Tensor) =>
          customFixedPoint((z: tf.Tensor, input: tf.Tensor) => cell(z, w, u, input))(() => unrolled(w, u, x))(
            null,
            x,
          );
        const [ours, theirs] = [loss(closure)(params()), loss(unrolled)(params())];
        ours.forEach((gradient, i) => expectClose(gradient, theirs[i], 2e-6));
      }),
    ));
});
