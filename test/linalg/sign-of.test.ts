/** @file The sign of numbers of every size. */
import * as tf from '@tensorflow/tfjs-core';
import {signOf} from '../../src/linalg/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

describeBackends('signOf', () => {
  it('is exact for the smallest and the largest numbers, and a constant', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([1e-37, -1e-37, 1e-8, -3e38, Infinity, -Infinity, 0, -0, NaN]);
        expectClose(signOf(x), [1, -1, 1, -1, 1, -1, 0, 0, 0], 0);
        expectClose(tf.step(tf.slice(x, 0, 8)), [1, 0, 1, 0, 1, 0, 0, 0], 0);
        const slope = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(at, signOf(at))));
        expectClose(slope(tf.tensor1d([2, -3])), [1, -1]);
      }),
    ));
});
