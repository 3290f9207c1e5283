/** @file Signs of determinants that pivoting decides, diagonals that are no numbers, and eigenvalues that count as one. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linalg} from '../../src/index.js';
import {runEigh} from '../../src/kernels/operations/linalg/eigh.js';
import {describeBackends} from '../helpers/backends.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';

/** All orders of 0 … n − 1. */
function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((order) =>
    Array.from({length: n}, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  );
}

const inversions = (order: number[]) =>
  order.reduce((sum, value, i) => sum + order.slice(i).filter((later) => later < value).length, 0);

describeBackends('linalg where pivots and gaps decide', () => {
  it('determinants of permuted triangles have the sign of the permutation', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const n of [1, 2, 3, 4, 5]) {
          const orders = permutations(n);
          // Row i holds i + 1 in column order[i], and small numbers beside it that make no other product.
          const matrices = orders.map((order) =>
            order.map((column, i) =>
              Array.from({length: n}, (_, j) => (j === column ? i + 1 : order.indexOf(j) > i ? 0.25 : 0)),
            ),
          );
          const expected = orders.map((order) => (inversions(order) % 2 ? -1 : 1));
          const {sign, logabsdet} = linalg.slogdet(matrices);
          const size = Array.from({length: n}, (_, i) => i + 1).reduce((a, b) => a * b);
          assert.deepEqual(Array.from(sign.dataSync()), expected);
          Array.from(linalg.det(matrices).dataSync()).forEach((det, k) =>
            assert.approximately(det, size * expected[k], 1e-5 * size),
          );
          for (const value of logabsdet.dataSync()) assert.approximately(value, Math.log(size), 1e-6);
        }
      }),
    ));

  it('an entry of the diagonal that is no number is named, one that is not read is not', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const at of [0, 1, 2]) {
          const a = Array.from({length: 3}, (_, i) => Array.from({length: 3}, (_, j) => (i === j ? (i === at ? NaN : 4) : 1))); // prettier-ignore
          for (const f of [
            () => linalg.cholesky(a),
            () => linalg.eigh(a),
            () => linalg.choleskySolve(a, [1, 2, 3]),
            () => linalg.solve(a, [1, 2, 3], {assume: 'positiveDefinite'}),
          ]) {
            assert.match(messageOf(f), new RegExp(`entry \\[${at}, ${at}\\] of .* is NaN`));
          }
        }
        const lower = linalg.cholesky([[4, NaN], [2, 5]]); // prettier-ignore
        assert.deepEqual(Array.from(lower.dataSync()), [2, 0, 1, 2]);
      }),
    ));

  it('eigenvalues are one where they differ by no more than the rounding of the largest, of either sign', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const call = {caller: 'test'};
        for (const sign of [1, -1]) {
          const gaps = (values: number[]) => {
            const [ofValues, , reciprocal] = runEigh(tf.diag(tf.tensor1d(values)), call);
            return {values: Array.from(ofValues.dataSync()), gaps: reciprocal.arraySync() as number[][]};
          };
          const small = 2 ** -22;
          // 3·2⁻²³ is more than 2⁻²², but less than 2⁻²¹.
          const close = gaps([0, small, 1].map((value) => sign * value));
          const apart = gaps([0, 2 * small, 1].map((value) => sign * value));
          const pair = sign > 0 ? [0, 1] : [1, 2];
          assert.equal(close.gaps[pair[0]][pair[1]], 0);
          assert.equal(apart.gaps[pair[0]][pair[1]], 2 ** 21);
          assert.equal(apart.gaps[pair[1]][pair[0]], -(2 ** 21));
          const [first, , last] = apart.values;
          assert.approximately(apart.gaps[0][2], 1 / (last - first), 1e-6);
          for (let i = 0; i < 3; i++) assert.equal(Math.abs(apart.gaps[i][i]), 0);
        }
      }),
    ));
});
