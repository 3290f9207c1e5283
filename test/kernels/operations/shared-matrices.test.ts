/** @file Samples that share their matrices have the same gradients as alone, also where the system is singular. */
import {assert} from 'chai';
import * as tf from '@tensorflow/tfjs-core';
import {solveQP} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';

/** The gradients in p, h and b of a problem with rows that are equal and active, so that its adjoint system is singular. */
function gradients(batch: number): Float32Array[] {
  return tf.tidy(() => {
    const Q = tf.tensor2d([4, 1, 1, 9], [2, 2]);
    const G = tf.tensor2d([100, 100, 100, 100, 1, 0], [3, 2]);
    const A = tf.tensor2d([1, -1, 1, -1], [2, 2]);
    const given = [
      [1, 2],
      [-100, -100, 3],
      [0, 0],
    ].map((row) => tf.tile(tf.tensor2d([row]), [batch, 1]));
    const loss = (p: tf.Tensor, h: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.mul(solveQP({Q, p, G, h, A, b}, {onFailure: 'ignore'}).ineqDual, tf.tensor2d([[1, 2, 3]])));
    return tf
      .grads(loss)(given)
      .map((gradient) => gradient.dataSync() as Float32Array);
  });
}

describeBackends('quadratic programs that share their matrices', () => {
  it('have the gradients that each has alone', () => {
    const alone = gradients(1);
    assert.isAbove(Math.abs(alone[0][0]), 1e-3);
    gradients(3).forEach((gradient, which) =>
      assert.deepEqual(
        [...gradient],
        [0, 1, 2].flatMap(() => [...alone[which]]),
      ),
    );
  });
});
