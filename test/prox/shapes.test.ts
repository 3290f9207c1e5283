/** @file Proximal operators on the shortest rows, on more than two axes, and with weights of every shape that they take. */
import * as tf from '@tensorflow/tfjs-core';
import {prox} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, messageOf} from '../helpers/expect.js';
import {assert} from 'chai';

describeBackends('shapes of proximal operators', () => {
  it('totalVariation1d of one and of two entries', () =>
    tf.tidy(() => {
      const f = (x: tf.Tensor) => prox.totalVariation1d(x, 0.5);
      expectClose(f(tf.tensor2d([[3], [-1]])), [3, -1]);
      // Towards each other by ½ each, or to their mean; the derivative is the identity, or the averaging.
      const x = tf.tensor2d([
        [0, 4],
        [5, 4.5],
        [4, 0],
      ]);
      expectClose(f(x), [0.5, 3.5, 4.75, 4.75, 3.5, 0.5], 1e-6);
      const w = tf.tensor2d([
        [1, 3],
        [1, 3],
        [1, 3],
      ]);
      expectClose(tf.grad((x: tf.Tensor) => tf.sum(tf.mul(w, f(x))))(x), [1, 3, 2, 2, 1, 3], 1e-6);
    }));

  it('blockwise on three axes is that on two', () =>
    tf.tidy(() => {
      const f = prox.blockwise(prox.groupLasso, [1, 2]);
      const x = tf.randomNormal([2, 3, 3], 0, 2, 'float32', 8);
      const flat = f(tf.reshape(x, [6, 3]), 0.7);
      const y = f(x, 0.7);
      assert.deepEqual(y.shape, [2, 3, 3]);
      expectClose(y, flat, 1e-6);
      assert.match(
        messageOf(() => f(tf.scalar(1), 0.7)),
        /prox.blockwise: blocks of 1 \+ 2 entries/,
      );
    }));

  it('a weight may be a number, a scalar, or one for each row', () =>
    tf.tidy(() => {
      const x = tf.randomNormal([2, 3, 4], 0, 2, 'float32', 9);
      for (const f of [prox.groupLasso, prox.totalVariation1d]) {
        const expected = f(x, 0.8);
        expectClose(f(x, tf.scalar(0.8)), expected, 1e-6);
        expectClose(f(x, tf.fill([2, 3], 0.8)), expected, 1e-6);
      }
    }));

  it('a weight for each row, or matrix, of two axes of them', () =>
    tf.tidy(() => {
      const x = tf.randomNormal([2, 3, 2, 2], 0, 2, 'float32', 10);
      const weight = tf.tensor2d([0.2, 0.4, 0.6, 0.8, 1, 1.2], [2, 3]);
      const flat = prox.nuclearNorm(tf.reshape(x, [6, 2, 2]), tf.reshape(weight, [6]));
      expectClose(prox.nuclearNorm(x, weight), flat, 1e-6);
      const rows = tf.reshape(x, [2, 3, 4]);
      for (const f of [prox.groupLasso, prox.totalVariation1d]) {
        expectClose(f(rows, weight), f(tf.reshape(x, [6, 4]), tf.reshape(weight, [6])), 1e-6);
      }
    }));
});
