/** @file Substitution and products for many rows at once are those of one row after another. */
import {assert} from 'chai';
import {
  factorLower,
  gramOf,
  solveLower,
  solveLowerRows,
} from '../../../../src/kernels/algorithms/small-qp/lower-factor.js';
import {seededRandom} from '../../../zoo/linear-systems.js';

const N = 7;

function matrix(rows: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({length: rows * N}, () => 2 * random() - 1);
}

describe('rows of small matrices', () => {
  for (const count of [0, 1, 2, 3, 4, 5, 8, 11]) {
    it(`are substituted together, ${count} of them`, () => {
      const L = matrix(N, 1);
      for (let i = 0; i < N; i++) L[i * (N + 1)] += N;
      assert.isTrue(factorLower(L, N, N, 1e-9));
      const [together, apart] = [matrix(count, 2), matrix(count, 2)];
      solveLowerRows(L, N, together, count);
      for (let i = 0; i < count; i++) solveLower(L, N, N, apart, i * N);
      together.forEach((value, at) => assert.closeTo(value, apart[at], 1e-14));
    });

    it(`have the products with each other, ${count} of them`, () => {
      const X = matrix(count, 3);
      const stride = count + 2;
      const to = new Float64Array(stride * stride).fill(NaN);
      gramOf(X, N, count, to, stride);
      for (let i = 0; i < stride; i++) {
        for (let l = 0; l < stride; l++) {
          if (i >= count || l >= count) {
            assert.isNaN(to[i * stride + l]);
            continue;
          }
          let sum = 0;
          for (let j = 0; j < N; j++) sum += X[i * N + j] * X[l * N + j];
          assert.closeTo(to[i * stride + l], sum, 1e-14);
        }
      }
    });
  }
});
