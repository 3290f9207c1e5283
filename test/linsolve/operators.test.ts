/** @file Operators made from matrices and from functions. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {operators} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

const A = [1, 2, 3, 4];

describeBackends('operators', () => {
  it('dense applies a matrix and its transpose, unbatched', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const operator = operators.dense(tf.tensor2d(A, [2, 2]), {tags: {symmetric: false}});
        assert.isFalse(operator.batched);
        assert.deepEqual(operator.tags, {symmetric: false});
        expectClose(operator.apply(tf.tensor1d([1, 10])), [21, 43]);
        expectClose(operator.applyTranspose(tf.tensor1d([1, 10])), [31, 42]);
        assert.deepEqual(operator.materialize([2]).shape, [1, 2, 2]);
        expectClose(operator.materialize([2]), A);
      }),
    ));

  it('dense applies a batch of matrices, each to its row, and leaves the tensor to its owner', () =>
    expectNoLeak(() => {
      const matrices = tf.tensor3d([...A, 1, 0, 0, 1], [2, 2, 2]);
      const operator = operators.dense(matrices);
      tf.tidy(() => {
        const v = tf.tensor2d([1, 10, 5, 6], [2, 2]);
        expectClose(operator.apply(v), [21, 43, 5, 6]);
        expectClose(operator.applyTranspose(v), [31, 42, 5, 6]);
        expectClose(operator.materialize([2, 2]), [...A, 1, 0, 0, 1]);
      });
      operator.dispose();
      assert.isFalse(matrices.isDisposed);
      matrices.dispose();
    }));

  it('dense refuses what is not square, and vectors of another size', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const shape of [[4], [2, 3], [2, 2, 3], [1, 2, 2, 2]]) {
          assert.match(
            messageOf(() => operators.dense(tf.zeros(shape))),
            /A must have shape \[n, n\] or \[B, n, n\], got/,
          );
        }
        const operator = operators.dense(tf.eye(2));
        assert.match(
          messageOf(() => operator.apply(tf.ones([3]))),
          /a vector for A of shape \[2,2\] cannot have shape \[3\]/,
        );
      }),
    ));

  it('fromFunctions materialises row by row, for vectors of any shape', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const dense = operators.dense(tf.tensor3d([...A, 5, 6, 7, 8], [2, 2, 2]));
        const shaped = (f: (v: tf.Tensor) => tf.Tensor) => (v: tf.Tensor) =>
          tf.reshape(f(tf.reshape(v, [2, 2])), [2, 1, 2]);
        const operator = operators.fromFunctions({
          apply: shaped((v) => dense.apply(v)),
          applyTranspose: shaped((v) => dense.applyTranspose(v)),
        });
        assert.isTrue(operator.batched);
        const matrices = operator.materialize([2, 1, 2]);
        assert.deepEqual(matrices.shape, [2, 2, 2]);
        expectClose(matrices, [...A, 5, 6, 7, 8]);
      }),
    ));

  it('fromFunctions does without a transpose only for a symmetric operator', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const double = (v: tf.Tensor) => tf.mul(v, 2);
        assert.match(
          messageOf(() => operators.fromFunctions({apply: double})),
          /applyTranspose is needed unless tags.symmetric is true/,
        );
        const operator = operators.fromFunctions({apply: double, batched: false, tags: {symmetric: true}});
        expectClose(operator.applyTranspose(tf.tensor1d([1, 2])), [2, 4]);
        expectClose(operator.materialize([2]), [2, 0, 0, 2]);
      }),
    ));

  it('fromFunctions frees intermediates, and calls its dispose', () =>
    expectNoLeak(() => {
      let disposed = 0;
      const operator = operators.fromFunctions({
        apply: (v) => tf.exp(tf.log(v)),
        tags: {symmetric: true},
        dispose: () => void disposed++,
      });
      const v = tf.tensor2d([[1, 2]]);
      const before = tf.memory().numTensors;
      const product = operator.apply(v);
      assert.equal(tf.memory().numTensors, before + 1);
      operator.dispose();
      assert.equal(disposed, 1);
      tf.dispose([v, product]);
    }));
});
