/** @file Dense systems and KKT systems of a batch, against the matrices that they stand for. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveOnDevice} from '../../../src/kernels/operations/device-solve.js';
import {KktBatch} from '../../../src/kernels/operations/kkt.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {seededRandom} from '../../zoo/linear-systems.js';

type Matrix = number[][];

/** A u, or Aᵀ u. */
const image = (A: Matrix, u: ArrayLike<number>, transpose: boolean) =>
  A.map((_, i) => A.reduce((sum, _row, j) => sum + (transpose ? A[j][i] : A[i][j]) * u[j], 0));

function draw(seed: number) {
  const random = seededRandom(seed);
  return (rows: number, columns: number): Matrix =>
    Array.from({length: rows}, () => Array.from({length: columns}, () => 2 * random() - 1));
}

/** M Mᵀ + I. */
const definite = (M: Matrix): Matrix =>
  M.map((row, i) => M.map((other, j) => Number(i === j) + row.reduce((sum, value, k) => sum + value * other[k], 0))); // prettier-ignore

describeBackends('dense systems of a batch', () => {
  for (const matrices of [1, 3]) {
    it(`have their own solutions, with ${matrices === 1 ? 'one matrix for all' : 'a matrix each'}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const [n, of] = [4, draw(matrices)];
          const b = of(3, n);
          for (const positiveDefinite of [false, true]) {
            const A = Array.from({length: matrices}, () =>
              positiveDefinite ? definite(of(n, n)) : of(n, n),
            );
            for (const adjoint of [false, true]) {
              const x = solveOnDevice(tf.tensor3d(A), tf.tensor3d(b.map((row) => row.map((value) => [value]))), {positiveDefinite, adjoint}); // prettier-ignore
              assert.deepEqual(x.shape, [3, n, 1]);
              const found = tf.reshape(x, [3, n]).arraySync() as Matrix;
              found.forEach((own, i) => expectClose(image(A[i] ?? A[0], own, adjoint), b[i], 1e-5, 1e-5));
            }
          }
        }),
      ));
  }

  it('are NaN where a matrix is not definite, and of least norm where it is singular, for that sample alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const b = tf.tensor3d([3, 1, 3, 1], [2, 2, 1]);
        const indefinite = tf.tensor3d([1, 2, 2, 1, 2, 0, 0, 4], [2, 2, 2]);
        const [none, found] = tf.unstack(solveOnDevice(indefinite, b, {positiveDefinite: true, adjoint: false})); // prettier-ignore
        assert.isTrue(none.dataSync().every(Number.isNaN));
        expectClose(found, [1.5, 0.25]);
        // u vᵀ with u = (1, 2), v = (3, 1): the least solution is v (uᵀb) / (|u|²|v|²), and u (vᵀb) / … of the adjoint.
        const singular = tf.tensor3d([3, 1, 6, 2, 2, 0, 0, 4], [2, 2, 2]);
        for (const [adjoint, least] of [
          [false, [0.3, 0.1]],
          [true, [0.2, 0.4]],
        ] as const) {
          // prettier-ignore
          const [closest, exact] = tf.unstack(solveOnDevice(singular, b, {positiveDefinite: false, adjoint}));
          expectClose(closest, [...least], 1e-5);
          expectClose(exact, [1.5, 0.25]);
        }
      }),
    ));
});

describeBackends('KKT systems of a batch', () => {
  const [batch, n, m, k] = [3, 4, 3, 1];
  const width = n + m + k;

  /** The matrix of a sample: (Q x + Gᵀλ + Aᵀν; w (G x) − (1 − w) λ; A x). */
  function matrixOf(Q: Matrix, G: Matrix, A: Matrix, weight: number[]): Matrix {
    const C = [...G, ...A];
    const w = [...weight, 1];
    return Array.from({length: width}, (_, i) =>
      Array.from({length: width}, (_unused, j) => {
        if (i < n) return j < n ? Q[i][j] : C[j - n][i];
        return j < n ? w[i - n] * C[i - n][j] : i === j ? w[i - n] - 1 : 0;
      }),
    );
  }

  for (const shared of [true, false]) {
    it(`are solved as often as asked, ${shared ? 'with matrices that all share' : 'each with its own'}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const of = draw(7);
          const count = shared ? 1 : batch;
          const each = (make: () => Matrix) => Array.from({length: count}, make);
          const [Q, G, A] = [each(() => definite(of(n, n))), each(() => of(m, n)), each(() => of(k, n))];
          const weight = [[1, 0, 0.5], [0, 1, 1], [0, 0, 0.25]]; // prettier-ignore
          const status = [0, 3, 0];
          const blocks = {Q: tf.tensor3d(Q), G: tf.tensor3d(G), A: tf.tensor3d(A), weight: tf.tensor2d(weight), status: tf.tensor1d(status)}; // prettier-ignore
          const systems = new KktBatch(blocks);
          for (const transpose of [false, true, false, true]) {
            const right = of(batch, width);
            const [u, residual] = systems.solve(tf.tensor2d(right), transpose);
            assert.deepEqual([u.shape, residual.shape], [[batch, width], [batch]]);
            const found = u.arraySync();
            found.forEach((own, i) => {
              if (status[i] !== 0) return assert.deepEqual(own, new Array<number>(width).fill(0));
              const at = shared ? 0 : i;
              const K = matrixOf(Q[at], G[at], A[at], weight[i]);
              expectClose(image(K, own, transpose), right[i], 1e-5, 1e-5);
            });
            residual.dataSync().forEach((value) => assert.isAtMost(value, 1e-12));
          }
        }),
      ));
  }

  it('are solved by the kernel, and so on all threads, the first time, and with factors that are kept from then on', async () => {
    tf.engine().startScope();
    const systems = new KktBatch({
      ...{Q: tf.tensor3d([[[2]]]), G: tf.tensor3d([[[1]]]), A: tf.zeros([1, 0, 1])},
      ...{weight: tf.tensor2d([[1]]), status: tf.tensor1d([0])},
    });
    const right = tf.tensor2d([[3, 1]]);
    const kernels: boolean[] = [];
    for (let solve = 0; solve < 3; solve++) {
      const {kernelNames} = await tf.profile(() => systems.solve(right, false));
      kernels.push(kernelNames.includes('ImplicitKKT'));
    }
    tf.engine().endScope();
    assert.deepEqual(kernels, [true, false, false]);
  });
});
