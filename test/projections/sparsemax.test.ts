/** @file sparsemax along any axis. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {simplex, sparsemax} from '../../src/projections/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {jacobianProduct} from './jacobian.js';

describeBackends('sparsemax', () => {
  const X = Array.from({length: 12}, (_, i) => Math.sin(5 * i) * 1.5);

  it('is the projection onto the probability simplex along the last axis', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor3d(X, [2, 3, 2]);
        expectClose(sparsemax(x), simplex(x), 0);
        expectClose(sparsemax(x, 2), simplex(x), 0);
        expectClose(sparsemax(tf.tensor1d([0.5, 0.25, -1])), [0.625, 0.375, 0]);
      }),
    ));

  it('works along any axis, forward and backward', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor3d(X, [2, 3, 2]);
        for (const axis of [0, 1, -2, -3]) {
          const at = (axis + 3) % 3;
          const [rows, size] = [x, x.shape[at]];
          const p = tf.unstack(sparsemax(rows, axis), at);
          const total = tf.addN(p);
          expectClose(total, new Array<number>(12 / size).fill(1), 1e-6);
          const [dx] = vjp((z: tf.Tensor) => sparsemax(z, axis), [rows], tf.square(rows));
          const lists = (tensor: tf.Tensor) => {
            const order = [0, 1, 2].filter((i) => i !== at).concat(at);
            return tf.reshape(tf.transpose(tensor, order), [-1, size]).arraySync() as number[][];
          };
          const [points, cotangents] = [lists(sparsemax(rows, axis)), lists(tf.square(rows))];
          lists(dx).forEach((row, i) => expectClose(row, jacobianProduct(points[i], cotangents[i]), 0, 1e-6));
        }
      }),
    ));

  it('refuses an axis that is none', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const axis of [2, -3, 0.5]) {
          assert.match(
            messageOf(() => sparsemax(tf.zeros([2, 3]), axis)),
            /is not an axis of logits of shape \[2,3\]/,
          );
        }
      }),
    ));
});
