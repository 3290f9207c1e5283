/** @file Dense systems of linear solvers on the backend 'tensorflow' agree with the host, and nothing is read. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linsolve} from '../../src/index.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {computingOn, describeResident, numbers, rawTensors, withoutReads} from './resident.js';

/** Neither symmetric nor nearly singular. */
const general = (shape: number[]) => tf.add(numbers(shape, 1), tf.mul(3, tf.eye(shape.at(-1)!)));

const definite = (shape: number[]) => {
  const a = general(shape);
  return tf.add(tf.matMul(a, a, false, true), tf.eye(shape.at(-1)!));
};

const {auto, cholesky, lu, qr} = linsolve;
const SOLVERS: Record<string, {make: () => linsolve.LinearSolver; matrices: (shape: number[]) => tf.Tensor}> =
  {
    lu: {make: lu, matrices: general},
    cholesky: {make: cholesky, matrices: definite},
    qr: {make: qr, matrices: general},
    auto: {make: auto, matrices: general},
  };

/** x with A x = b, y with Aᵀy = b, and what is reported of y. */
function solutions(solver: linsolve.LinearSolver, A: tf.Tensor, b: tf.Tensor): tf.Tensor[] {
  const factors = solver.factor(linsolve.operators.dense(A));
  try {
    const [x, y] = [factors.solve(b), factors.solveTranspose(b)];
    const {converged, residual} = factors.info!;
    return [x, y, tf.clone(converged), tf.clone(residual)];
  } finally {
    factors.dispose();
  }
}

/** The same values come out on the device, without a read, and on the host. */
function expectSameAsHost(solver: linsolve.LinearSolver, A: tf.Tensor, b: tf.Tensor): tf.Tensor[] {
  const found = withoutReads(() => solutions(solver, A, b));
  const expected = computingOn('host', () => solutions(solver, A, b));
  found.slice(0, 3).forEach((tensor, i) => expectClose(tensor, expected[i], 2e-6, 1e-6));
  return found;
}

const inTidy = (check: () => void) => () => expectNoLeak(() => tf.tidy(check));

describeResident('linear solvers', () => {
  for (const [name, {make, matrices}] of Object.entries(SOLVERS)) {
    const shapes: Record<string, [number[], number[]]> = {
      'one system': [[5, 5], [5]],
      'a batch': [
        [3, 4, 4],
        [3, 4],
      ],
      'an empty batch': [
        [0, 4, 4],
        [0, 4],
      ],
    };
    for (const [which, [shape, vectors]] of Object.entries(shapes)) {
      it(
        `${name}, ${which}: solutions are those of the host`,
        inTidy(() => {
          const [, , converged, residual] = expectSameAsHost(make(), matrices(shape), numbers(vectors, 2));
          assert.isTrue(converged.dataSync().every((value) => value === 1));
          assert.isTrue(residual.dataSync().every((value) => value < 1e-5));
        }),
      );
    }
  }

  for (const name of ['lu', 'qr'] as const) {
    it(
      `${name}: a singular system gets the least-squares solution of least norm, and its neighbours their own`,
      inTidy(() => {
        const A = tf.tensor3d([
          [
            [2, 1],
            [1, 3],
          ],
          [
            [1, 2],
            [2, 4],
          ],
          [
            [0, 0],
            [0, 0],
          ],
        ]);
        const b = tf.tensor2d([
          [1, 2],
          [1, 2],
          [1, 2],
        ]);
        const [x] = expectSameAsHost(SOLVERS[name].make(), A, b);
        // Of x + 2y = 1: the point nearest to the origin.
        expectClose(x, [0.2, 0.6, 0.2, 0.4, 0, 0], 1e-6, 1e-6);
        expectSameAsHost(
          SOLVERS[name].make(),
          tf.reshape(tf.slice(A, [1], [1]), [2, 2]),
          tf.tensor1d([3, -1]),
        );
      }),
    );
  }

  it(
    'gives NaN for a sample that cannot be factored, and leaves the others alone',
    inTidy(() => {
      const good = [
        [2, 1],
        [1, 3],
      ];
      const b = tf.tensor2d([
        [1, 2],
        [1, 2],
      ]);
      const indefinite = tf.tensor3d([
        good,
        [
          [1, 2],
          [2, 1],
        ],
      ]);
      const unknown = tf.tensor3d([
        good,
        [
          [NaN, 2],
          [2, 1],
        ],
      ]);
      for (const [solver, A] of [
        [cholesky(), indefinite],
        [lu(), unknown],
      ] as const) {
        const [x, , converged] = withoutReads(() => solutions(solver, A, b));
        const [first, second] = tf.unstack(x).map((row) => Array.from(row.dataSync()));
        expectClose(tf.tensor1d(first), [0.2, 0.6], 1e-6);
        assert.isTrue(second.every(Number.isNaN), solver.className);
        assert.deepEqual(Array.from(converged.dataSync()), [1, 0]);
      }
    }),
  );

  it('frees what it made', () =>
    tf.tidy(() => {
      const [A, b] = [general([2, 3, 3]), numbers([2, 3], 2)];
      tf.tidy(() => void solutions(lu(), A, b));
      const before = rawTensors();
      tf.tidy(() => void solutions(lu(), A, b));
      assert.equal(rawTensors(), before);
    }));
});
