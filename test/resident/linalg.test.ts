/** @file Linear algebra on the backend 'tensorflow' agrees with the host and reads nothing. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linalg} from '../../src/index.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {computingOn, describeResident, numbers, rawTensors, withBinding, withoutReads} from './resident.js';

/** [2, n, n], neither symmetric nor nearly singular. */
const matrices = (n: number) => tf.add(numbers([2, n, n], 1), tf.mul(3, tf.eye(n))) as tf.Tensor3D;

const definite = (n: number) => {
  const a = matrices(n);
  return tf.add(tf.matMul(a, a, false, true), tf.eye(n)) as tf.Tensor3D;
};

type Parts = tf.Tensor[];
type Execute = (...args: unknown[]) => unknown;

/** What is compared, of fixed inputs. Eigenvectors have no sign, so a product without one stands for them. */
const CASES: Record<string, {inputs: () => Parts; f: (...inputs: Parts) => Parts}> = {
  'solve, general': {
    inputs: () => [matrices(5), numbers([5, 2], 2)],
    f: (a, b) => [linalg.solve(a, b)],
  },
  'solve, transposed': {
    inputs: () => [matrices(5), numbers([2, 5, 2], 2)],
    f: (a, b) => [linalg.solve(a, b, {transpose: true})],
  },
  'solve, positive definite': {
    inputs: () => [definite(4), numbers([4], 2)],
    f: (a, b) => [linalg.solve(a, b, {assume: 'positiveDefinite'})],
  },
  'solve, an empty batch': {
    inputs: () => [tf.zeros([0, 3, 3]), tf.zeros([0, 3, 2])],
    f: (a, b) => [linalg.solve(a, b)],
  },
  cholesky: {inputs: () => [definite(6)], f: (a) => [linalg.cholesky(a)]},
  choleskySolve: {
    inputs: () => [definite(4), numbers([3, 1, 4, 2], 2)],
    f: (a, b) => [linalg.choleskySolve(linalg.cholesky(a), b)],
  },
  triangularSolve: {
    inputs: () => [matrices(4), numbers([4, 3], 2)],
    f: (a, b) => [
      linalg.triangularSolve(a, b, {lower: true}),
      linalg.triangularSolve(a, b, {lower: false, transpose: true, unitDiagonal: true}),
    ],
  },
  inv: {inputs: () => [matrices(4)], f: (a) => [linalg.inv(a)]},
  det: {inputs: () => [matrices(5)], f: (a) => [linalg.det(a)]},
  slogdet: {inputs: () => [matrices(5)], f: (a) => [linalg.slogdet(a).logabsdet]},
  'lstsq, tall': {
    inputs: () => [tf.slice(matrices(6), [0, 0, 0], [-1, -1, 4]), numbers([6, 2], 2)],
    f: (a, b) => [linalg.lstsq(a, b)],
  },
  'lstsq, wide': {
    inputs: () => [tf.slice(matrices(6), [0, 0, 0], [-1, 4, -1]), numbers([4], 2)],
    f: (a, b) => [linalg.lstsq(a, b)],
  },
  'lstsq, an empty batch': {
    inputs: () => [tf.zeros([0, 4, 3]), tf.zeros([0, 4, 2])],
    f: (a, b) => [linalg.lstsq(a, b)],
  },
  eigh: {
    inputs: () => [definite(5)],
    f: (a) => {
      const {eigenvalues, eigenvectors} = linalg.eigh(a);
      return [eigenvalues, tf.square(eigenvectors)];
    },
  },
};

/** The values of f, and its gradient for fixed cotangents. */
function valuesAndGradients(f: (...inputs: Parts) => Parts, inputs: Parts): Parts {
  const loss = (...given: Parts) =>
    tf.addN(f(...given).map((y, i) => tf.sum(tf.mul(y, numbers(y.shape, 9 + i)))));
  return [...f(...inputs), ...tf.grads(loss)(inputs)];
}

describeResident('linalg', () => {
  for (const [name, {inputs, f}] of Object.entries(CASES)) {
    it(`${name}: values and gradients are those of the host`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const given = inputs();
          const found = withoutReads(() => valuesAndGradients(f, given));
          const expected = computingOn('host', () => valuesAndGradients(f, given));
          found.forEach((tensor, i) => {
            assert.deepEqual(tensor.shape, expected[i].shape);
            expectClose(tensor, expected[i], 5e-6);
          });
        }),
      ));
  }

  it('gives NaN for the sample that the host would reject, and leaves the others alone', () =>
    tf.tidy(() => {
      const good = [
        [2, 1],
        [1, 3],
      ];
      const b = tf.tensor2d([[1], [2]]);
      const refused: Record<string, tf.Tensor[]> = {
        indefinite: [
          linalg.cholesky([
            good,
            [
              [1, 2],
              [2, 1],
            ],
          ]),
        ],
        singular: [
          linalg.solve(
            [
              good,
              [
                [1, 2],
                [2, 4],
              ],
            ],
            b,
          ),
        ],
        'a zero on the diagonal': [
          linalg.triangularSolve(
            [
              good,
              [
                [0, 0],
                [1, 1],
              ],
            ],
            b,
            {lower: true},
          ),
        ],
      };
      for (const [why, [tensor]] of Object.entries(refused)) {
        const [first, second] = tf.unstack(tensor).map((part) => Array.from(part.dataSync()));
        assert.isTrue(first.every(Number.isFinite), why);
        assert.isTrue(second.some(Number.isNaN), why);
      }
    }));

  it('has the determinant and its derivatives of singular matrices', () =>
    tf.tidy(() => {
      const a = tf.tensor3d([
        [
          [1, 2],
          [2, 4],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ]);
      expectClose(linalg.det(a), [0, 0], 0, 1e-12);
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(linalg.det(x)))(a);
      expectClose(gradient, [4, -2, -2, 1, 0, 0, 0, 0], 0, 1e-6);
    }));

  it('frees what it made, also if an operation throws', () =>
    tf.tidy(() => {
      const [a, b] = [matrices(3), tf.tensor2d([[1], [2], [3]])];
      tf.tidy(() => void linalg.solve(a, b).dataSync());
      const before = rawTensors();
      tf.tidy(() => void linalg.solve(a, b).dataSync());
      assert.equal(rawTensors(), before);
      const {executeOp} = (tf.backend() as unknown as {binding: Record<string, Execute>}).binding;
      const failing: Execute = (name, ...rest) => {
        if (name === 'Qr') throw new Error('no Qr today');
        return executeOp(name, ...rest);
      };
      withBinding({executeOp: failing}, () => assert.throws(() => linalg.solve(a, b), /no Qr today/));
      assert.equal(rawTensors(), before);
    }));
});
