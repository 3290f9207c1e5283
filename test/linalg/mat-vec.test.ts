/** @file Matrix–vector products and sums of outer products a sample: values and derivatives, of empty ones too. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {jvp, vjp} from '../../src/index.js';
import {matVec, matVecTransposed, sumOfOuters} from '../../src/linalg/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {describeUnreadable, valuesOf} from '../helpers/unreadable.js';

/** [matrices, samples, rows, columns] */
const SHAPES = [[1, 1, 2, 3], [1, 4, 2, 3], [3, 3, 3, 2], [2, 2, 1, 1]]; // prettier-ignore
const EMPTY = [[1, 2, 0, 3], [1, 2, 3, 0], [2, 2, 0, 2], [2, 2, 2, 0], [1, 1, 0, 0]]; // prettier-ignore

const drawn = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);

/** Σᵢⱼ yᵢ Mᵢⱼ xⱼ over all samples, in f64. */
function form(M: tf.Tensor, x: tf.Tensor, y: tf.Tensor): number {
  const [count, rows, columns] = M.shape as [number, number, number];
  const [m, right, left] = [M, x, y].map((tensor) => tensor.dataSync());
  let sum = 0;
  for (let sample = 0; sample < x.shape[0]; sample++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const entry = m[((sample % count) * rows + i) * columns + j];
        sum += left[sample * rows + i] * entry * right[sample * columns + j];
      }
    }
  }
  return sum;
}

describeBackends('matVec', () => {
  for (const [count, batch, rows, columns] of SHAPES) {
    it(`of ${count} matrices ${rows} by ${columns} and ${batch} samples, and its derivatives, are one trilinear form`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const [M, N] = [1, 2].map((seed) => drawn([count, rows, columns], seed));
          const [x, dx] = [3, 4].map((seed) => drawn([batch, columns], seed));
          const [y, dy] = [5, 6].map((seed) => drawn([batch, rows], seed));
          const inner = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b));
          expectClose(inner(matVec(M, x), y), form(M, x, y), 1e-5, 1e-6);
          expectClose(inner(matVecTransposed(M, y), x), form(M, x, y), 1e-5, 1e-6);
          expectClose(inner(sumOfOuters([[y, x]], count), M), form(M, x, y), 1e-5, 1e-6);
          const maps = [
            {f: matVec, v: x, dv: dx, w: y, of: (m: tf.Tensor, v: tf.Tensor) => form(m, v, y)},
            {f: matVecTransposed, v: y, dv: dy, w: x, of: (m: tf.Tensor, v: tf.Tensor) => form(m, x, v)},
          ];
          for (const {f, v, dv, w, of} of maps) {
            const [dM, slope] = vjp(f, [M, v], w);
            assert.deepEqual([dM.shape, slope.shape], [M.shape, v.shape]);
            expectClose(inner(dM, N), of(N, v), 1e-5, 1e-6);
            expectClose(inner(slope, dv), of(M, dv), 1e-5, 1e-6);
            const tangent = jvp(f as never, [M, v] as never, [N, dv] as never) as tf.Tensor;
            expectClose(inner(tangent, w), of(N, v) + of(M, dv), 1e-5, 1e-6);
          }
        }),
      ));
  }

  for (const [count, batch, rows, columns] of EMPTY) {
    it(`of ${count} matrices ${rows} by ${columns} are zeros of the right shape`, () =>
      tf.tidy(() => {
        const M = tf.zeros([count, rows, columns]);
        const [x, y] = [tf.ones([batch, columns]), tf.ones([batch, rows])];
        const results = [matVec(M, x), matVecTransposed(M, y), sumOfOuters([[y, x]], count)];
        assert.deepEqual(
          results.map(({shape}) => shape),
          [y.shape, x.shape, M.shape],
        );
        for (const tensor of results) expectClose(tensor, new Float32Array(tensor.size));
      }));
  }
});

describeUnreadable('sumOfOuters', () => {
  it('of any number of pairs is the same where the host cannot read', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const count of [1, 2, 9]) {
          const pairs = Array.from({length: count}, (_, i): [tf.Tensor, tf.Tensor] => [
            drawn([2, 3], i),
            drawn([2, 2], 100 + i),
          ]);
          const expected = new Array<number>(12).fill(0);
          for (const [a, b] of pairs.map((pair) => pair.map(valuesOf))) {
            expected.forEach((_, at) => {
              const [sample, i, j] = [Math.floor(at / 6), Math.floor((at % 6) / 2), at % 2];
              expected[at] += a[sample * 3 + i] * b[sample * 2 + j];
            });
          }
          const sum = sumOfOuters(pairs, 2);
          assert.deepEqual(sum.shape, [2, 3, 2]);
          expectClose(valuesOf(sum), expected, 1e-6);
        }
      }),
    ));
});
