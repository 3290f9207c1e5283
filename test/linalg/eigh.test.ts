/** @file Symmetric eigen-decompositions: certificates, and gradients at repeated eigenvalues. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {linalg} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {build, diagonal, eighDense, identity, multiply, transpose} from './dense.js';
import {Batch, matricesOf, pairs, randomMatrix, randomSymmetric, rounded} from './random.js';

describeBackends('linalg.eigh', () => {
  it('gives a V = V diag(λ) with VᵀV = I and λ ascending', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(pairs, ({n, random, ofA}) =>
          tf.tidy(() => {
            const a = new Batch(ofA, () => {
              const A = randomMatrix(n, n, random);
              return build(n, n, (i, j) => A[Math.max(i, j)][Math.min(i, j)]);
            });
            const {eigenvalues, eigenvectors} = linalg.eigh(a.tensor());
            assert.deepEqual(eigenvalues.shape, [...ofA, n]);
            assert.deepEqual(eigenvectors.shape, [...ofA, n, n]);
            const values = eigenvalues.dataSync();
            matricesOf(eigenvectors).forEach((V, i) => {
              const λ = Array.from(values.subarray(i * n, (i + 1) * n));
              const A = a.matrices[i];
              // Entries of V are rounded to f32, an error of at most 6e-8 each.
              const bound = 6.1e-8 * (n + 2);
              expectClose(multiply(transpose(V), V).flat(), identity(n).flat(), 0, bound);
              const norm = Math.max(...λ.map(Math.abs));
              expectClose(multiply(A, V).flat(), multiply(V, diagonal(λ)).flat(), 0, bound * norm);
              λ.slice(1).forEach((value, k) => assert.isAtLeast(value, λ[k]));
            });
          }),
        ),
        {numRuns: 60},
      ),
    ));

  it('gives eigenvalues of known matrices with one rounding', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const n = 12;
        // The second difference: 2 − 2 cos(kπ/(n + 1)).
        const second = build(n, n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0));
        const expected = Array.from({length: n}, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
        const {eigenvalues} = linalg.eigh(second);
        Array.from(eigenvalues.dataSync()).forEach((value, k) => expectClose(value, expected[k], 6.1e-8));
        expectClose(linalg.eigh(build(5, 5, () => 1)).eigenvalues, [0, 0, 0, 0, 5], 1e-7);
        expectClose(linalg.eigh(tf.tensor2d([2, NaN, 1, 2], [2, 2])).eigenvalues, [1, 3]);
      }),
    ));

  it('has right gradients of what does not depend on the basis chosen for a repeated eigenvalue', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(fc.nat(), (seed) =>
          tf.tidy(() => {
            const random = seededRandom(seed);
            const A = randomSymmetric([1, 1, 1, 2, 3], random);
            const W = rounded(build(5, 5, (i, j) => Math.sin(1 + 3 * Math.min(i, j) + 5 * Math.max(i, j))));
            // The projector onto the space of the first three, and the sum of all λ³, whose gradient is 3 a².
            const projected = (a: tf.Tensor) => {
              const V = tf.slice(linalg.eigh(a).eigenvectors, [0, 0], [5, 3]);
              return tf.sum(tf.mul(tf.matMul(V, V, false, true), tf.tensor2d(W)));
            };
            const cubes = (a: tf.Tensor) => tf.sum(tf.pow(linalg.eigh(a).eigenvalues, 3));
            const {values: λ, vectors: V} = eighDense(A);
            const turned = multiply(transpose(V), multiply(W, V));
            const K = build(5, 5, (i, j) => (i < 3 === j < 3 ? 0 : turned[i][j] / (i < 3 ? λ[i] - λ[j] : λ[j] - λ[i]))); // prettier-ignore
            expectClose(
              tf.grad(projected)(tf.tensor2d(A)),
              multiply(V, multiply(K, transpose(V))).flat(),
              1e-6,
            );
            expectClose(
              tf.grad(cubes)(tf.tensor2d(A)),
              multiply(A, A)
                .flat()
                .map((value) => 3 * value),
              1e-6,
            );
          }),
        ),
        {numRuns: 30},
      ),
    ));

  it('has a finite gradient at the identity and at zero, zero for what turns the basis', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const a of [tf.zeros([3, 3]), tf.eye(3)]) {
          const first = tf.grad((x) => tf.sum(tf.slice(linalg.eigh(x).eigenvectors, [0, 0], [3, 1])))(a);
          expectClose(first, Array<number>(9).fill(0));
          expectClose(tf.grad((x) => tf.sum(linalg.eigh(x).eigenvalues))(a), identity(3).flat(), 1e-6);
        }
      }),
    ));

  it('has second derivatives in a batch that are those of each matrix alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const random = seededRandom(8);
        const matrices = [[-2, 0.4, 1.5], [-1, 0.3, 0.9], [0.5, 2, 3]].map((values) => randomSymmetric(values, random)); // prettier-ignore
        const squares = (a: tf.Tensor) => {
          const {eigenvalues, eigenvectors} = linalg.eigh(a);
          const weights = tf.tensor2d([1, 2, -1, 0.5, 3, 1, -2, 1, 1], [3, 3]);
          const part = tf.sum(tf.mul(weights, tf.square(eigenvectors)));
          return tf.add(part, tf.sum(tf.pow(eigenvalues, 3)));
        };
        const twice = tf.grad((a) => tf.sum(tf.square(tf.grad(squares)(a))));
        const together = twice(tf.tensor(matrices.flat(2), [3, 3, 3]));
        const alone = matrices.map((matrix) => twice(tf.tensor2d(matrix)));
        expectClose(together, tf.stack(alone), 1e-5);
      }),
    ));

  it('keeps the gradient of an eigenvector accurate where eigenvalues are close', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // [[1 + δ, ε], [ε, 1]] at ε = 0: the second eigenvector turns by dε/δ.
        const delta = 2 ** -15;
        const a = tf.tensor2d([1 + delta, 0, 0, 1], [2, 2]);
        const W = tf.tensor2d([0, 0, 0, 1], [2, 2]);
        const sign = linalg.eigh(a).eigenvectors.dataSync()[1];
        const gradient = tf.grad((x) => tf.sum(tf.mul(W, linalg.eigh(x).eigenvectors)))(a);
        expectClose(tf.mul(gradient, sign), [0, 0.5 / delta, 0.5 / delta, 0], 1e-7);
      }),
    ));
});
