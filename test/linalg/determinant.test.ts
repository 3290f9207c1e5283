/** @file Determinants, their logarithms, and the derivatives of det at singular matrices, against minors in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {jvp, linalg, vjp} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {build, cofactorMatrix, combine, determinant, multiply, type Matrix} from './dense.js';
import {Batch, pairs, randomInvertible, randomMatrix, rounded} from './random.js';

const ONE_ROUNDING = 6.1e-8;

/** Small integers, so that rank and minors are exact: the product of [n, rank] and [rank, n]. */
function ofRank(n: number, rank: number, seed: number): Matrix {
  const random = seededRandom(seed);
  const integers = (rows: number, columns: number) =>
    build(rows, columns, () => Math.floor(7 * random()) - 3);
  return rank === 0 ? build(n, n, () => 0) : multiply(integers(n, rank), integers(rank, n));
}

const anyRank = fc
  .record({n: fc.integer({min: 1, max: 5}), deficit: fc.integer({min: 0, max: 5}), seed: fc.nat()})
  .map(({n, deficit, seed}) => ({n, seed, A: ofRank(n, Math.max(0, n - deficit), seed)}));

describeBackends('linalg.det and linalg.slogdet', () => {
  it('agree with the expansion by minors', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(pairs, ({n, random, ofA}) =>
          tf.tidy(() => {
            const size = Math.min(n, 6);
            const a = new Batch(ofA, () => randomInvertible(size, random));
            const {sign, logabsdet} = linalg.slogdet(a.tensor());
            const det = linalg.det(a.tensor());
            for (const result of [sign, logabsdet, det]) assert.deepEqual(result.shape, ofA);
            const expected = a.matrices.map(determinant);
            Array.from(det.dataSync()).forEach((value, i) => expectClose(value, expected[i], ONE_ROUNDING));
            expectClose(sign, expected.map(Math.sign));
            expectClose(
              logabsdet,
              expected.map((value) => Math.log(Math.abs(value))),
              ONE_ROUNDING,
              1e-12,
            );
          }),
        ),
        {numRuns: 60},
      ),
    ));

  it('are 0, 0 and -Infinity for a singular matrix', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = [ofRank(3, 2, 1), [[1, 2, 3], [4, 5, 6], [7, 8, 9]], ofRank(3, 0, 1)]; // prettier-ignore
        const {sign, logabsdet} = linalg.slogdet(a);
        assert.deepEqual([...linalg.det(a).dataSync(), ...sign.dataSync()], [0, 0, 0, 0, 0, 0]);
        assert.deepEqual([...logabsdet.dataSync()], [-Infinity, -Infinity, -Infinity]);
      }),
    ));

  it('do not overflow on the way: det = 1 from entries of 1e30 and 1e-30, and log |det| above and below the range of f64', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const n = 40;
        const alternating = build(n, n, (i, j) => (i !== j ? 0 : i % 2 ? 2 ** -100 : 2 ** 100));
        const large = build(n, n, (i, j) => (i === j ? 2 ** 100 : 0));
        expectClose(linalg.det(alternating), 1, 0);
        expectClose(linalg.slogdet(large).logabsdet, 4000 * Math.LN2, ONE_ROUNDING);
        assert.equal(linalg.det(large).dataSync()[0], Infinity);
        // 60 blocks [[1, 1], [1, 1 + 2⁻²⁰]], each with determinant 2⁻²⁰.
        const block = (i: number, j: number) => (i % 2 && j % 2 ? 1 + 2 ** -20 : 1);
        const small = build(120, 120, (i, j) => (i >> 1 === j >> 1 ? block(i, j) : 0));
        const {sign, logabsdet} = linalg.slogdet(small);
        expectClose(sign, 1, 0);
        expectClose(logabsdet, -1200 * Math.LN2, ONE_ROUNDING);
      }),
    ));
});

describeBackends('derivatives of linalg.det', () => {
  it('are the cofactors, for matrices of every rank', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(anyRank, ({A}) =>
          tf.tidy(() => {
            const gradient = tf.grad((a) => linalg.det(a))(tf.tensor2d(A));
            // The minors of integers are exact; the factors are not, where a cofactor of a large matrix is zero.
            expectClose(gradient, cofactorMatrix(A).flat(), ONE_ROUNDING, 1e-13 * size(A));
          }),
        ),
        {numRuns: 100},
      ),
    ));

  it('are right to second order for matrices of every rank', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(anyRank, ({n, seed, A}) =>
          tf.tidy(() => {
            const C = randomMatrix(n, n, seededRandom(seed + 1));
            const gradient = (a: tf.Tensor) => vjp((x) => linalg.det(x as tf.Tensor), [a], tf.scalar(1))[0];
            const twice = vjp(gradient, [tf.tensor2d(A)], tf.tensor2d(C))[0];
            // ⟨cof(A), C⟩ is linear in each entry of A: its derivative is the difference of two values.
            const expected = build(n, n, (i, j) => {
              const at = (value: number) =>
                cofactorMatrix(A.map((row, r) => row.map((x, c) => (r === i && c === j ? value : x))));
              return combine(at(1), -1, at(0))
                .flat()
                .reduce((sum, x, k) => sum + x * C.flat()[k], 0);
            });
            expectClose(twice, expected.flat(), ONE_ROUNDING, 1e-13 * size(A));
          }),
        ),
        {numRuns: 60},
      ),
    ));

  it('are right to third order at an invertible matrix, by vjp and by jvp', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const random = seededRandom(5);
        const A = randomInvertible(3, random);
        const [C, D] = [randomMatrix(3, 3, random), randomMatrix(3, 3, random)];
        const [c, d] = [tf.tensor2d(C), tf.tensor2d(D)];
        const first = (a: tf.Tensor): tf.Tensor =>
          vjp((x) => linalg.det(x as tf.Tensor), [a], tf.scalar(1))[0];
        const second = (a: tf.Tensor): tf.Tensor => vjp(first, [a], c)[0];
        const a: tf.Tensor = tf.tensor2d(A);
        // The third derivative of a cubic polynomial does not depend on the point: ⟨C, cof⟩ is quadratic in A.
        const third = combine(cofactorSlope(combine(A, 1, D), C), -1, cofactorSlope(A, C));
        expectClose(jvp(first, [a], [c]), cofactorSlope(A, C).flat(), 1e-6);
        expectClose(vjp(second, [a], d)[0], third.flat(), 1e-6);
        expectClose(jvp(second, [a], [d]), third.flat(), 1e-6);
      }),
    ));

  it('of third order at a singular matrix are refused', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const first = (a: tf.Tensor): tf.Tensor =>
          vjp((x) => linalg.det(x as tf.Tensor), [a], tf.scalar(1))[0];
        const second = (a: tf.Tensor): tf.Tensor => vjp(first, [a], tf.ones([2, 2]))[0];
        const third = () => vjp(second, [tf.ones([2, 2])], tf.ones([2, 2]));
        assert.match(messageOf(third), /the third derivative of linalg.det: the matrix is singular/);
      }),
    ));
});

describeBackends('derivatives of linalg.slogdet', () => {
  it('do not exist at a singular matrix, and say so', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = tf.tensor3d([1, 0, 0, 1, 1, 1, 1, 1], [2, 2, 2]);
        const gradient = tf.grad((x) => tf.sum(linalg.slogdet(x).logabsdet));
        assert.match(
          messageOf(() => gradient(a)),
          /the gradient of linalg.slogdet: the matrix of sample 1 is singular/,
        );
      }),
    ));

  it('of the sign are zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = tf.tensor2d(rounded([[1, 2], [3, 4]])); // prettier-ignore
        expectClose(tf.grad((x) => linalg.slogdet(x).sign)(a), [0, 0, 0, 0]);
      }),
    ));
});

/** The gradient of A ↦ ⟨cof(A), C⟩ for a 3×3 matrix, where it is quadratic. */
const cofactorSlope = (A: Matrix, C: Matrix): Matrix =>
  build(3, 3, (i, j) => {
    const at = (value: number) =>
      cofactorMatrix(A.map((row, r) => row.map((x, c) => (r === i && c === j ? value : x))));
    return combine(at(1), -1, at(0))
      .flat()
      .reduce((sum, x, k) => sum + x * C.flat()[k], 0);
  });

/** What the terms of a minor can reach. */
const size = (A: Matrix): number => Math.max(1, ...A.flat().map(Math.abs)) ** (A.length - 1);
