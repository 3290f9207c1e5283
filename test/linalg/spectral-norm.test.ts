/** @file The largest singular value and its derivatives, against eigenvalues in f64 and closed forms. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linalg, vjp} from '../../src/index.js';
import {nthDerivative} from '../autodiff/derivative.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {eighDense, multiply, transpose, type Matrix} from './dense.js';
import {randomMatrix, rounded} from './random.js';

/** σ and uvᵀ from the eigenvectors of AᵀA, in f64. */
function reference(A: Matrix): {norm: number; gradient: Matrix} {
  const {values, vectors} = eighDense(multiply(transpose(A), A));
  const top = values.indexOf(Math.max(...values));
  const v = vectors.map((row) => row[top]);
  const Av = A.map((row) => row.reduce((sum, a, j) => sum + a * v[j], 0));
  const norm = Math.hypot(...Av);
  return {norm, gradient: Av.map((u) => v.map((each) => (u * each) / norm))};
}

describeBackends('linalg.spectralNorm', () => {
  it('is the largest singular value, its gradient uvᵀ, for tall and wide matrices in a batch', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const [m, n] of [
          [1, 1],
          [5, 3],
          [3, 5],
          [1, 7],
          [8, 8],
        ]) {
          const random = seededRandom(31 * m + n);
          const matrices = [0, 1, 2].map(() => rounded(randomMatrix(m, n, random)));
          const expected = matrices.map(reference);
          const a = tf.tensor(matrices.flat(2), [3, m, n]);
          const norm = linalg.spectralNorm(a);
          assert.deepEqual(norm.shape, [3]);
          expectClose(
            norm,
            expected.map(({norm: each}) => each),
            1e-6,
          );
          const [gradient] = vjp(linalg.spectralNorm, [a], tf.tensor1d([1, -2, 0.5]));
          const scaled = expected.flatMap(({gradient: each}, i) =>
            each.flat().map((g) => [1, -2, 0.5][i] * g),
          );
          expectClose(gradient, scaled, 2e-6);
        }
      }),
    ));

  it('has the second derivative of its closed form: diag(a, b) + t(e₁e₂ᵀ + e₂e₁ᵀ) has 2/(a − b)', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [a, b] = [3, 1.25];
        const f = (t: tf.Tensor) =>
          linalg.spectralNorm(
            tf.add(tf.tensor2d([a, 0, 0, b], [2, 2]), tf.mul(t, tf.tensor2d([0, 1, 1, 0], [2, 2]))),
          );
        expectClose(nthDerivative(f, 2)(tf.scalar(0)), 2 / (a - b), 2e-6);
      }),
    ));

  it('does not overflow or vanish, and is 0 with the gradient 0 at the matrix 0', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const scale of [1e30, 1e-30]) {
          // ‖uvᵀ‖ = ‖u‖‖v‖.
          const a = tf.mul(tf.tensor2d([3, 6, 4, 8], [2, 2]), scale);
          expectClose(tf.div(linalg.spectralNorm(a), scale), Math.sqrt(125), 1e-6);
        }
        const [gradient] = vjp(linalg.spectralNorm, [tf.zeros([2, 3])], tf.scalar(1));
        assert.deepEqual([...gradient.dataSync()], [0, 0, 0, 0, 0, 0]);
        assert.equal(linalg.spectralNorm(tf.zeros([2, 3])).dataSync()[0], 0);
        assert.deepEqual([...linalg.spectralNorm(tf.zeros([2, 0, 3])).dataSync()], [0, 0]);
      }),
    ));

  it('gives a subgradient where two singular values are the largest', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [gradient] = vjp(linalg.spectralNorm, [tf.eye(3)], tf.scalar(1));
        const G = gradient.arraySync() as Matrix;
        // Of the norm ball's dual: the nuclear norm is 1, and ⟨G, I⟩ = ‖I‖₂ = 1.
        expectClose(G[0][0] + G[1][1] + G[2][2], 1, 1e-6);
        expectClose(linalg.spectralNorm(gradient), 1, 1e-6);
      }),
    ));

  it('refuses vectors and NaN', () => {
    assert.include(
      messageOf(() => linalg.spectralNorm([1, 2])),
      'at least two axes',
    );
    assert.include(
      messageOf(() => linalg.spectralNorm([[NaN]])),
      'finite',
    );
  });
});
