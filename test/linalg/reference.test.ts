/** @file The f64 routines behind linalg, without a backend: certificates to the last digits of double precision. */
import {assert} from 'chai';
import * as fc from 'fast-check';
import {symmetricEigen} from '../../src/kernels/algorithms/linalg/eigh.js';
import {createHostMatrices} from '../../src/kernels/twins/host/matrices.js';
import type {MatrixKernels} from '../../src/kernels/contracts/matrices.js';
import {PseudoInverse} from '../../src/kernels/algorithms/linalg/pseudo-inverse.js';
import {referenceMatrices} from '../../src/kernels/twins/reference/matrices.js';
import {scaleInPlace} from '../../src/kernels/twins/reference/scaling.js';
import {expectClose} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {
  build,
  combine,
  diagonal,
  fromFlat,
  identity,
  largest,
  multiply,
  transpose,
  type Matrix,
} from './dense.js';

function expectDecomposition(A: Matrix): number[] {
  const n = A.length;
  const {values, vectors, converged} = symmetricEigen(Float64Array.from(A.flat()), n);
  assert.isTrue(converged);
  const rows = fromFlat(vectors, n, n);
  const tolerance = 2e-15 * Math.max(n, 4);
  assert.isAtMost(largest(combine(multiply(rows, transpose(rows)), -1, identity(n))), tolerance);
  const restored = multiply(transpose(rows), multiply(diagonal([...values]), rows));
  assert.isAtMost(largest(combine(restored, -1, A)), tolerance * largest(A));
  values.slice(1).forEach((value, i) => assert.isAtLeast(value, values[i]));
  return [...values];
}

const symmetricOf = (n: number, entry: (i: number, j: number) => number) =>
  build(n, n, (i, j) => entry(Math.max(i, j), Math.min(i, j)));

describe('symmetric eigen-decomposition in f64', () => {
  it('restores random matrices, graded ones and ones with repeated eigenvalues', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 20}),
        fc.nat(),
        fc.constantFrom('random', 'graded', 'rank one', 'integer'),
        (n, seed, kind) => {
          // prettier-ignore
          const random = seededRandom(seed);
          const noise = build(n, n, () => 2 * random() - 1);
          expectDecomposition(
            symmetricOf(n, (i, j) => {
              if (kind === 'graded') return noise[i][j] * 10 ** (-i - j);
              if (kind === 'rank one') return noise[i][0] * noise[j][0];
              return kind === 'integer' ? Math.round(noise[i][j]) : noise[i][j];
            }),
          );
        },
      ),
    );
  });

  it('takes special matrices: zero, diagonal, Wilkinson, large and small entries', () => {
    assert.deepEqual(expectDecomposition(build(4, 4, () => 0)), [0, 0, 0, 0]);
    assert.deepEqual(expectDecomposition(diagonal([3, -1, 2])), [-1, 2, 3]);
    assert.deepEqual(expectDecomposition([[7]]), [7]);
    expectClose(expectDecomposition([[0, 1], [1, 0]]), [-1, 1], 1e-15); // prettier-ignore
    const wilkinson = symmetricOf(21, (i, j) => (i === j ? Math.abs(10 - i) : i - j === 1 ? 1 : 0));
    expectClose(expectDecomposition(wilkinson).slice(-2), [10.746194182903322, 10.746194182903393], 1e-14);
    for (const scale of [1e38, 1e-38]) {
      const values = expectDecomposition(symmetricOf(6, (i, j) => scale / (i + j + 1)));
      expectClose(values[5], 1.6188998589243391 * scale, 1e-14);
    }
    expectDecomposition(symmetricOf(80, (i, j) => Math.sin(i * j + i)));
  });
});

describe('pseudo-inverse in f64', () => {
  it('satisfies the conditions of Penrose, for every shape and rank', () => {
    const sizes = fc.integer({min: 1, max: 10});
    fc.assert(
      fc.property(sizes, sizes, fc.integer({min: 0, max: 10}), fc.nat(), (m, n, rank, seed) => {
        const random = seededRandom(seed);
        const factor = (rows: number, columns: number) =>
          build(rows, columns, (i, j) => Number(i === j) + (random() - 0.5) / Math.max(rows, columns));
        const r = Math.min(m, n, rank);
        const A = r === 0 ? build(m, n, () => 0) : multiply(factor(m, r), factor(r, n));
        const times = (kernels: MatrixKernels, size: number, transposed: boolean) =>
          kernels.scope(() => {
            const inverse = new PseudoInverse(kernels, m, n);
            inverse.factor(Float64Array.from(A.flat()), 1e-10);
            assert.equal(inverse.rank, r);
            const [B, X] = [kernels.vector(size * size), kernels.vector((m + n - size) * size)];
            B.set(identity(size).flat());
            inverse.multiply(B, size, transposed, X);
            return X.slice();
          });
        for (const kernels of [referenceMatrices, createHostMatrices()!]) {
          const X = fromFlat(times(kernels, m, false), n, m);
          assert.isAtMost(largest(combine(fromFlat(times(kernels, n, true), m, n), -1, transpose(X))), 1e-13);
          const [AX, XA] = [multiply(A, X), multiply(X, A)];
          for (const [actual, expected] of [
            [multiply(AX, A), A],
            [multiply(XA, X), X],
            [transpose(AX), AX],
            [transpose(XA), XA],
          ]) {
            assert.isAtMost(largest(combine(actual, -1, expected)), 1e-13);
          }
        }
      }),
    );
  });
});

describe('scaling by powers of two', () => {
  it('is exact, and brings the largest entry of each column into [1, 2)', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 8}), fc.nat(), (n, seed) => {
        const random = seededRandom(seed);
        const A = build(n, n, () => (2 * random() - 1) * 2 ** Math.floor(200 * random() - 100));
        const scaled = Float64Array.from(A.flat());
        const [rows, columns] = [new Int32Array(n), new Int32Array(n)];
        scaleInPlace(scaled, n, {rows, columns});
        const restored = build(n, n, (i, j) => scaled[i * n + j] * 2 ** rows[i] * 2 ** columns[j]);
        assert.deepEqual(restored, A);
        for (const column of transpose(fromFlat(scaled, n, n))) {
          const top = Math.max(...column.map(Math.abs));
          assert.isTrue(top >= 1 && top < 2);
        }
      }),
    );
  });
});
