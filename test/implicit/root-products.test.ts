/** @file rootVjp and rootJvp against closed forms, and differentiated again. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {customRoot, rootJvp, rootVjp, type Condition} from '../../src/implicit/index.js';
import {nthDerivative, type Unary} from '../autodiff/derivative.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const T = [0.5, 1, 4];
const V = [1, -2, 3];
const column = (values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);

const condition: Condition<tf.Tensor, [tf.Tensor]> = (x, t) => tf.sub(tf.square(x), t);
const sqrt: Unary = (t) => customRoot(condition)((_init, s) => tf.sqrt(s))(null, t);
const expected = (order: number) =>
  T.map((t, i) => V[i] * [0.5 * t ** -0.5, -0.25 * t ** -1.5, 0.375 * t ** -2.5][order]);

const products: [string, Unary][] = [
  ['rootVjp', (t) => rootVjp(condition, sqrt(t), [t], column(V))[0]],
  ['rootJvp', (t) => rootJvp(condition, sqrt(t), [t], [column(V)])],
];

describeBackends('rootVjp and rootJvp', () => {
  for (const [name, product] of products) {
    it(`gives v / (2 sqrt t) by ${name}, and its first two derivatives`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          for (const order of [0, 1, 2]) {
            expectClose(nthDerivative(product, order)(column(T)), expected(order), 2e-6);
          }
        }),
      ));

    it(`gives the derivative of ${name} to tf.grad`, () =>
      expectNoLeak(() =>
        tf.tidy(() => expectClose(tf.grad((t) => tf.sum(product(t)))(column(T)), expected(1), 2e-6)),
      ));
  }

  it('are linear in the cotangent and the tangent, with that derivative', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [x, t] = [tf.sqrt(column(T)), column(T)];
        const slopes = T.map((at) => 0.5 * at ** -0.5);
        const pull: Unary = (v) => rootVjp(condition, x, [t], v)[0];
        const push: Unary = (v) => rootJvp(condition, x, [t], [v]);
        expectClose(nthDerivative(pull, 1)(column(V)), slopes, 1e-6);
        expectClose(nthDerivative(push, 1)(column(V)), slopes, 1e-6);
      }),
    ));

  it('give back an int32 parameter as it is, and take null for a zero tangent', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const scaled = (x: tf.Tensor, t: tf.Tensor, k: tf.Tensor) =>
          tf.sub(x, tf.mul(t, tf.cast(k, 'float32')));
        const k: tf.Tensor = tf.tensor2d([2, 3, 4], [3, 1], 'int32');
        const x = column([1, 3, 16]);
        const [dt, dk] = rootVjp(scaled, x, [column(T), k], column(V));
        expectClose(dt, [2, -6, 12]);
        assert.equal(dk.id, k.id);
        expectClose(rootJvp(scaled, x, [column(T), k], [column(V), null]), [2, -6, 12]);
        expectClose(rootJvp(scaled, x, [column(T), k], [null, null]), [0, 0, 0]);
      }),
    ));

  it('take one system with batched: false', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const A = tf.tensor2d([
          [2, 1],
          [0, 4],
        ]);
        const linear = (x: tf.Tensor, b: tf.Tensor) =>
          tf.sub(tf.reshape(tf.matMul(A, tf.reshape(x, [2, 1])), [2]), b);
        const [b, x]: tf.Tensor[] = [tf.tensor1d([4, 8]), tf.tensor1d([1, 2])];
        const v: tf.Tensor = tf.tensor1d([2, 4]);
        expectClose(rootVjp(linear, x, [b], v, {batched: false})[0], [1, 0.75], 1e-6);
        expectClose(rootJvp(linear, x, [b], [v], {batched: false}), [0.5, 1], 1e-6);
      }),
    ));

  it('leave only their result behind outside a tidy', () =>
    expectNoLeak(() => {
      const [x, t, v] = [column([2]), column([4]), column([1])];
      const before = tf.memory().numTensors;
      const [dt] = rootVjp(condition, x, [t], v);
      const dx = rootJvp(condition, x, [t], [v]);
      assert.equal(tf.memory().numTensors, before + 2);
      tf.dispose([x, t, v, dt, dx]);
    }));
});
