/** @file Simplices where there is a kernel for their values alone: the gradients are composed, and the same. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {kktCost} from '../../../src/kernels/algorithms/qp/kkt-batch.js';
import {runSimplex} from '../../../src/kernels/operations/simplex.js';
import '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {describeUnreadable, UNREADABLE, valuesOf} from '../../helpers/unreadable.js';

/** Values, gradients of a weighted sum of squares, and the derivatives of those. */
function results(): number[][] {
  const weights = tf.reshape(tf.cos(tf.range(0, 12)), [3, 4]);
  const x = tf.tensor2d([0.9, -0.2, 0.4, 0.3, 3, 2.5, -1, 2.75, 0.1, 0.2, 0.05, 0.15], [3, 4]);
  const scale = tf.tensor2d([1, 0.75, 2], [3, 1]);
  const loss = (x: tf.Tensor, scale: tf.Tensor) =>
    tf.sum(tf.mul(weights, tf.square(runSimplex(x as tf.Tensor2D, scale as tf.Tensor2D))));
  const first = (x: tf.Tensor) =>
    tf.sum(tf.mul(tf.sin(weights), tf.grad((x: tf.Tensor) => loss(x, scale))(x)));
  return [runSimplex(x, scale), ...tf.grads(loss)([x, scale]), tf.grad(first)(x)].map(valuesOf);
}

describeUnreadable('simplices', () => {
  it('have the gradients that the kernel computes, first and second', async () => {
    await tf.setBackend('cpu');
    const expected = tf.tidy(results as never) as unknown as number[][];
    await tf.setBackend(UNREADABLE);
    await expectNoLeak(() =>
      (tf.tidy(results as never) as unknown as number[][]).forEach((values, i) =>
        expectClose(values, expected[i], 2e-6, 1e-6),
      ),
    );
  });
});

describe('the cost of a KKT system', () => {
  it('grows with each of its sizes, with n³ where it is large', () => {
    for (const [n, m, k] of [
      [3, 0, 0],
      [3, 4, 1],
      [20, 60, 5],
      [200, 10, 10],
    ]) {
      // prettier-ignore
      const cost = kktCost(n, m, k);
      for (const [a, b, c] of [[1, 0, 0], [0, 1, 0], [0, 0, 1]]) assert.isAbove(kktCost(n + a, m + b, k + c), cost); // prettier-ignore
    }
    assert.approximately(kktCost(2000, 0, 0) / kktCost(1000, 0, 0), 8, 0.5);
    // Rows cost as much as a third of the variables does, each.
    assert.approximately(kktCost(1000, 1000, 0) / kktCost(1000, 0, 0), 4, 0.5);
    assert.equal(kktCost(50, 7, 3), kktCost(50, 3, 7));
  });
});
