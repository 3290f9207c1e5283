/** @file Functions of the eigenvalues of symmetric matrices, and what keeps samples that are not finite away from them. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/index.js';
import {areFinite, ofFinite, spectralFunction} from '../../src/linalg/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {diagonal, eighDense, multiply, symmetric, transpose, type Matrix} from './dense.js';
import {randomMatrix, randomSymmetric} from './random.js';
import {SHRINK, shrink} from './shrink.js';

function inF64(X: Matrix): Matrix {
  const {values, vectors} = eighDense(X);
  return multiply(multiply(vectors, diagonal(values.map(shrink))), transpose(vectors));
}

describeBackends('spectralFunction', () => {
  it('acts on the eigenvalues of each matrix, and a matrix that is not finite is NaN alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const random = seededRandom(5);
        const matrices = [[-2, -0.7, 0.4], [1, 1, 3], [0, 0, 0], [-5, 0.1, 0.2]].map((values) => randomSymmetric(values, random)); // prettier-ignore
        const X = tf.tensor(matrices.flat(2), [2, 2, 3, 3]);
        const expected = matrices.flatMap((matrix) => inF64(matrix).flat());
        expectClose(spectralFunction(X, SHRINK), expected, 1e-6);
        for (const bad of [NaN, Infinity]) {
          const broken = tf.tensor([...matrices.flat(2).slice(0, -1), bad], X.shape);
          const values = Array.from(spectralFunction(broken, SHRINK).dataSync());
          expectClose(values.slice(0, 27), expected.slice(0, 27), 1e-6);
          assert.isTrue(values.slice(27).every(Number.isNaN));
          const [slope] = vjp((x: tf.Tensor) => spectralFunction(x, SHRINK), [broken], tf.ones(X.shape));
          assert.isTrue(Array.from(slope.dataSync().subarray(0, 27)).every(Number.isFinite));
        }
      }),
    ));

  it('has the derivative of its line at eigenvalues that coincide, or nearly', () =>
    tf.tidy(() => {
      const random = seededRandom(6);
      // Of slope 1 about 2 and about −2, with another line between; of slope 0 about 0.
      for (const [at, slope] of [
        [2, 1],
        [-2, 1],
        [0, 0],
      ]) {
        for (const gap of [0, 1e-6]) {
          const X = tf.tensor2d(diagonal([at, at + gap, at - gap]));
          const D = symmetric(randomMatrix(3, 3, random));
          const [dX] = vjp((x: tf.Tensor) => spectralFunction(x, SHRINK), [X], tf.tensor2d(D));
          expectClose(
            dX,
            D.flat().map((entry) => slope * entry),
            2e-6,
          );
        }
      }
    }));
});

describeBackends('ofFinite', () => {
  it('shows the map zeros in place of samples that are not finite, whatever the rank of a sample', () =>
    tf.tidy(() => {
      const shape = [2, 3, 2, 2];
      const values = Array.from({length: 24}, (_, i) => i + 1);
      const broken = values.map((value, i) => ({7: NaN, 20: -Infinity})[i] ?? value);
      for (const rank of [1, 2, 3]) {
        const size = tf.util.sizeFromShape(shape.slice(-rank));
        const isBad = (i: number) => [7, 20].some((at) => Math.floor(at / size) === Math.floor(i / size));
        let seen!: number[];
        const result = ofFinite(tf.tensor(broken, shape), rank, (x) => {
          seen = Array.from(x.dataSync());
          return tf.add(x, 1);
        });
        const zeroed = values.map((value, i) => (isBad(i) ? 0 : value));
        assert.deepEqual(seen, zeroed);
        assert.deepEqual(
          Array.from(result.dataSync()),
          values.map((value, i) => (isBad(i) ? NaN : value + 1)),
        );
        const flags = areFinite(tf.tensor(broken, shape), rank);
        assert.deepEqual(flags.shape, [...shape.slice(0, 4 - rank), ...Array<number>(rank).fill(1)]);
        assert.deepEqual(
          Array.from(flags.dataSync()),
          Array.from({length: 24 / size}, (_, sample) => Number(!isBad(sample * size))),
        );
      }
    }));
});
