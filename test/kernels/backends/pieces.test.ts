/** @file Tensors that are read and written piece by piece. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {piecesOf, TensorInPieces} from '../../../src/kernels/backends/pieces.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectNoLeak} from '../../helpers/expect.js';

const VALUES = Array.from({length: 12}, (_, i) => i % 2);

describeBackends('pieces of a tensor', () => {
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    it(`are its entries: ${dtype}`, () =>
      expectNoLeak(() => {
        const tensor = tf.tensor(VALUES, [3, 4], dtype);
        const pieces = piecesOf(tensor);
        // Memory that is allocated meanwhile may move that of others.
        const other = tf.ones([2 ** 20]);
        for (const [start, end] of [
          [0, 12],
          [0, 0],
          [0, 1],
          [5, 9],
          [11, 12],
        ]) {
          // prettier-ignore
          assert.deepEqual(Array.from(pieces(start, end)), VALUES.slice(start, end));
        }
        tf.dispose([tensor, other]);
      }));

    it(`make one, whatever was in its memory before: ${dtype}`, () =>
      expectNoLeak(() => {
        tf.fill([3, 4], 1, dtype as 'int32').dispose();
        const made = new TensorInPieces([3, 4], dtype);
        const other = tf.ones([2 ** 20]);
        made.write(5, VALUES.slice(5));
        made.write(0, VALUES.slice(0, 5));
        const tensor = made.tensor();
        assert.deepEqual([tensor.shape, tensor.dtype], [[3, 4], dtype]);
        assert.deepEqual(Array.from(tensor.dataSync()), VALUES);
        const sum = tf.tidy(() => tf.sum(tf.cast(tensor, 'float32')));
        assert.equal(sum.dataSync()[0], 6);
        tf.dispose([tensor, other, sum]);
      }));
  }

  it('make one that belongs to its scope from the beginning', () =>
    expectNoLeak(() => {
      const left = tf.tidy(() => {
        new TensorInPieces([2], 'float32').write(0, [1, 2]);
        const made = new TensorInPieces([2], 'float32');
        made.write(0, [3, 4]);
        return made.tensor();
      });
      assert.deepEqual(Array.from(left.dataSync()), [3, 4]);
      left.dispose();
    }));
});
