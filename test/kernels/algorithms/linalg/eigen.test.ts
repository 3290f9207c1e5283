/** @file Symmetric eigen-decomposition in f64: certificates in f64 where eigenvalues repeat, vanish, or differ by many orders. */
import {assert} from 'chai';
import {symmetricEigen} from '../../../../src/kernels/algorithms/linalg/eigh.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {noise} from '../qp/planted.js';

/** Σ values[k] wₖwₖᵀ over vectors wₖ of noise: of rank `values.length` at most. */
function gram(n: number, values: number[], seed: number): Float64Array {
  const random = seededRandom(seed);
  const vectors = values.map(() => noise(n, random));
  return Float64Array.from({length: n * n}, (_, at) =>
    values.reduce((sum, value, k) => sum + value * vectors[k][Math.floor(at / n)] * vectors[k][at % n], 0),
  );
}

const tridiagonal = (n: number, diagonal: (i: number) => number, beside: (i: number) => number) =>
  Float64Array.from({length: n * n}, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return i === j ? diagonal(i) : Math.abs(i - j) === 1 ? beside(Math.min(i, j)) : 0;
  });

const sizes = [1, 2, 3, 4, 6, 9, 17, 40];

const FAMILIES: Record<string, Float64Array[]> = {
  noise: sizes.map((n) => gram(n, Array<number>(n).fill(1).map((_, k) => (k % 2 ? 1 : -1)), n)), // prettier-ignore
  zero: sizes.map((n) => new Float64Array(n * n)),
  'of rank one': sizes.map((n) => gram(n, [1], n)),
  'of rank two, of both signs': sizes.map((n) => gram(n, [1, -1], n)),
  graded: sizes.map((n) => gram(n, Array.from({length: n}, (_, k) => 10 ** -k), n)), // prettier-ignore
  'a chain without a diagonal': sizes.map((n) => tridiagonal(n, () => 0, () => 1)), // prettier-ignore
  'two by two blocks': sizes.map((n) => tridiagonal(n, (i) => i >> 1, (i) => (i + 1) % 2)), // prettier-ignore
  'links that fade away': sizes.map((n) => tridiagonal(n, () => 1, (i) => 10 ** -(2 * i))), // prettier-ignore
  'a large corner': sizes.map((n) => tridiagonal(n, (i) => (i === 0 ? 1e12 : 0), () => 1)), // prettier-ignore
  'a large corner at the end': sizes.map((n) => tridiagonal(n, (i) => (i === n - 1 ? 1e12 : 0), () => 1)), // prettier-ignore
};

describe('the eigen-decomposition in f64', () => {
  for (const [name, matrices] of Object.entries(FAMILIES)) {
    for (const scale of [1, 1e-30, 1e30]) {
      it(`restores the matrix: ${name}, times ${scale}`, () => {
        for (const matrix of matrices) {
          const n = Math.sqrt(matrix.length);
          const A = matrix.map((value) => scale * value);
          // Only the lower triangle is read.
          const {values, vectors, converged} = symmetricEigen(A.map((value, at) => (at % n > Math.floor(at / n) ? NaN : value)), n); // prettier-ignore
          assert.isTrue(converged);
          const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          let [worst, turned] = [0, 0];
          for (let i = 0; i < n; i++) {
            if (i > 0) assert.isAtLeast(values[i], values[i - 1]);
            for (let j = 0; j < n; j++) {
              let [restored, dot] = [0, 0];
              for (let k = 0; k < n; k++) {
                restored += values[k] * vectors[k * n + i] * vectors[k * n + j];
                dot += vectors[i * n + k] * vectors[j * n + k];
              }
              worst = Math.max(worst, Math.abs(restored - A[i * n + j]));
              turned = Math.max(turned, Math.abs(dot - Number(i === j)));
            }
          }
          assert.isAtMost(worst, 1e-14 * (n + 2) * size);
          assert.isAtMost(turned, 1e-14 * (n + 2));
        }
      });
    }
  }
});
