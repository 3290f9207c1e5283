/** @file Least squares of every shape and rank, against normal equations in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {linalg} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {build, inverse, multiply, transpose, type Matrix} from './dense.js';
import {Batch, pairs, randomMatrix, type Random} from './random.js';

/** Tall or wide with singular values near 1: an identity with a small perturbation. */
const wellConditioned = (m: number, n: number, random: Random): Matrix =>
  build(m, n, (i, j) => Math.fround(Number(i === j) + (random() - 0.5) / Math.max(m, n)));

/** The pseudo-inverse of U V for U with independent columns and V with independent rows. */
const pseudoInverse = (U: Matrix, V: Matrix): Matrix => {
  const [Ut, Vt] = [transpose(U), transpose(V)];
  return multiply(multiply(Vt, inverse(multiply(V, Vt))), multiply(inverse(multiply(Ut, U)), Ut));
};

const identityOf = (n: number): Matrix => build(n, n, (i, j) => Number(i === j));

describeBackends('linalg.lstsq', () => {
  it('gives the solution of least norm for full rank, tall and wide, over batches', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(pairs, fc.integer({min: 1, max: 12}), ({n, columns, random, batch, ofA, ofB}, m) =>
          tf.tidy(() => {
            const a = new Batch(ofA, () => wellConditioned(m, n, random));
            const b = new Batch(ofB, () => randomMatrix(m, columns, random));
            const x = linalg.lstsq(a.tensor(), b.tensor());
            assert.deepEqual(x.shape, [...batch, n, columns]);
            const [A, B] = [a.broadcast(batch), b.broadcast(batch)];
            tf.unstack(tf.reshape(x, [-1, n, columns])).forEach((solution, i) => {
              const inverseOf =
                m >= n ? pseudoInverse(A[i], identityOf(n)) : pseudoInverse(identityOf(m), A[i]);
              expectClose(solution, multiply(inverseOf, B[i]).flat(), 6.1e-8);
            });
          }),
        ),
        {numRuns: 60},
      ),
    ));

  it('gives the solution of least norm for dependent columns and rows', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(
          fc.record({
            m: fc.integer({min: 1, max: 8}),
            n: fc.integer({min: 1, max: 8}),
            rank: fc.integer({min: 1, max: 8}),
            seed: fc.nat(),
          }),
          ({m, n, rank, seed}) =>
            tf.tidy(() => {
              const random = seededRandom(seed);
              const r = Math.min(m, n, rank);
              // Multiples of 1/64: the product has its rank exactly, also in f32.
              const grid = (A: Matrix) => A.map((row) => row.map((value) => Math.round(64 * value) / 64));
              const [U, V] = [grid(wellConditioned(m, r, random)), grid(wellConditioned(r, n, random))];
              const b = randomMatrix(m, 2, random);
              const x = linalg.lstsq(tf.tensor2d(multiply(U, V)), tf.tensor2d(b));
              expectClose(x, multiply(pseudoInverse(U, V), b).flat(), 6.1e-8);
            }),
        ),
        {numRuns: 100},
      ),
    ));

  it('is zero for a zero matrix, and for a matrix without rows', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        expectClose(linalg.lstsq(tf.zeros([3, 2]), [1, 2, 3]), [0, 0]);
        expectClose(linalg.lstsq(tf.zeros([0, 2]), tf.zeros([0, 1])), [0, 0]);
      }),
    ));

  it('does not depend on the order of the columns, of which some may be zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        expectClose(linalg.lstsq(tf.tensor2d([0, 2], [1, 2]), [4]), [0, 2]);
        const a = tf.tensor2d([0, 1, 0, 2, 0, 0, 4, 0], [2, 4]);
        expectClose(linalg.lstsq(a, [5, 8]), [0, 1, 2, 2]);
      }),
    ));

  it('takes for zero what is below rcond, and for noise of f32 by default', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = tf.tensor2d([1, 0, 0, 1e-3], [2, 2]);
        expectClose(linalg.lstsq(a, [1, 1]), [1, 1e3]);
        expectClose(linalg.lstsq(a, [1, 1], {rcond: 1e-2}), [1, 0]);
        // The second column is the first one rounded: 0.1 + 0.2 in f32 is not 0.3.
        const b = tf.tensor2d([0.1, 0.3, 0.3, 0.9, 0.7, 2.1], [3, 2]);
        const x = linalg.lstsq(b, [0.1, 0.3, 0.7]);
        expectClose(x, [0.1, 0.3], 1e-6);
        assert.isAbove(tf.max(tf.abs(linalg.lstsq(b, [0.1, 0.3, 0.8], {rcond: 0}))).dataSync()[0], 1e3);
      }),
    ));

  it('counts as noise of f32 what is below max(m, n) roundings of the longest column', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const rounding = 2 ** -23;
        // Of 64 rows and 2 columns, or the other way round: the second pivot is the off-diagonal entry.
        const [m, n] = [64, 2];
        for (const wide of [false, true]) {
          for (const [share, isNoise] of [
            [32, true],
            [128, false],
          ] as const) {
            // prettier-ignore
            const entry = (i: number, j: number) => (i === 0 && j === 0 ? 1 : i === 1 && j === 1 ? share * rounding : 0); // prettier-ignore
            const a = tf.tensor2d(wide ? build(n, m, entry) : build(m, n, entry));
            const b = tf.tensor1d(Array.from({length: a.shape[0]}, (_, i) => Number(i < 2)));
            const x = Array.from(linalg.lstsq(a, b).dataSync()).slice(0, 2);
            expectClose(x, [1, isNoise ? 0 : 1 / (share * rounding)], 1e-6);
          }
        }
      }),
    ));
});
