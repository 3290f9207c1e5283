/** @file Linear solvers where no host can read a tensor: solutions, per-sample reports, what is singular. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  bicgstab,
  cg,
  gmres,
  minres,
  operators,
  type LinearSolver,
  type PreconditionedOptions,
} from '../../src/linsolve/public.js';
import '../helpers/backends.js';
import {expectClose} from '../helpers/expect.js';
import {describeUnreadable} from '../helpers/unreadable.js';
import {linearSystems, solveExactly, systemTensors, transposed} from '../zoo/linear-systems.js';
import {solve, tidily} from './report.js';

const SPD = {symmetric: true, positiveDefinite: true};

interface Case {
  make: (options?: PreconditionedOptions) => LinearSolver;
  definiteOnly?: boolean;
  symmetricOnly?: boolean;
  /** Whether a matrix with negative eigenvalues is in its reach. */
  indefinite?: boolean;
}

const CASES: Record<string, Case> = {
  cg: {make: cg, definiteOnly: true},
  minres: {make: minres, symmetricOnly: true, indefinite: true},
  gmres: {make: gmres, indefinite: true},
  bicgstab: {make: bicgstab, indefinite: true},
};

describeUnreadable('iterative solvers', () => {
  for (const [name, {make, definiteOnly, symmetricOnly, indefinite}] of Object.entries(CASES)) {
    for (const symmetric of definiteOnly || symmetricOnly ? [true] : [true, false]) {
      it(
        `linsolve.${name} solves systems and their transposes, each of its own size, ${symmetric ? 'symmetric' : 'general'}`,
        tidily(() => {
          const systems = linearSystems(5, symmetric, {n: 6});
          const {A, b} = systemTensors(systems);
          const tags = symmetric ? (definiteOnly ? SPD : {symmetric}) : {};
          for (const transpose of [false, true]) {
            // Squares of such numbers are none in f32.
            const scales = tf.tensor2d([1e-25, 1, 1e25], [3, 1]);
            const {x, converged, residual} = solve(make(), operators.dense(A, tags), tf.mul(b, scales), transpose); // prettier-ignore
            systems.matrices.forEach((matrix, i) => {
              const exact = solveExactly(transpose ? transposed(matrix) : matrix, systems.b[i]);
              const row = x.slice(i * systems.n, (i + 1) * systems.n);
              expectClose(row.map((value) => value / [1e-25, 1, 1e25][i]), exact, 1e-5); // prettier-ignore
            });
            assert.deepEqual(converged, [1, 1, 1]);
            assert.isAtMost(Math.max(...residual), 1e-6);
          }
        }),
      );
    }

    it(
      `linsolve.${name} stops each sample by itself, and at its limit`,
      tidily(() => {
        const diagonals = [
          [3, 3, 3, 3],
          [1, 2, 1, 2],
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ];
        const A = operators.dense(tf.stack(diagonals.map((values) => tf.diag(tf.tensor1d(values)))), SPD);
        const b = tf.tensor2d([...diagonals.slice(0, 3).flat(), 0, 0, 0, 0], [4, 4]);
        const all = solve(make({maxIterations: 40}), A, b);
        expectClose(all.x, [...Array<number>(12).fill(1), 0, 0, 0, 0], 2e-6);
        assert.deepEqual(all.converged, [1, 1, 1, 1]);
        const [one, two, four, none] = all.iterations;
        assert.deepEqual([one, none], [1, 0]);
        assert.isTrue(two > 1 && four > two && four <= 5, `${all.iterations.join()}`);
        const few = solve(make({maxIterations: 1}), A, b);
        assert.deepEqual(few.converged, [1, 0, 0, 1]);
        assert.deepEqual(few.iterations, [1, 1, 1, 0]);
        few.residual.forEach((value, i) => assert.isTrue(i % 3 === 0 ? value < 1e-6 : value > 1e-2 && value < 1)); // prettier-ignore
        const loose = solve(make({tolerance: 0.5, maxIterations: 40}), A, b);
        assert.deepEqual(loose.converged, [1, 1, 1, 1]);
        assert.isAtMost(Math.max(...loose.iterations), 2);
        assert.isAbove(loose.residual[2], 1e-4);
      }),
    );

    it(
      `linsolve.${name} keeps its best x where a sample has no solution`,
      tidily(() => {
        const A = tf.tensor3d([2, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0], [3, 2, 2]);
        const b = tf.tensor2d([2, 1, 1, 4, 1, 1], [3, 2]);
        const {x, converged, residual} = solve(make({maxIterations: 40}), operators.dense(A, SPD), b);
        assert.isTrue(x.every(Number.isFinite), `${x.join()}`);
        assert.deepEqual(converged, [0, 0, 0]);
        residual.forEach((value) => assert.isAtMost(value, 1));
        assert.deepEqual(x.slice(4), [0, 0]);
        assert.closeTo(residual[2], 1, 1e-6);
        const right = solve(
          make({maxIterations: 40}),
          operators.dense(A, SPD),
          tf.tensor2d([2, 0, 0, 4, 0, 0], [3, 2]),
        );
        expectClose(right.x, [1, 0, 0, 1, 0, 0], 1e-6);
        assert.deepEqual(right.converged, [1, 1, 1]);
      }),
    );

    if (!indefinite) continue;
    it(
      `linsolve.${name} takes a matrix with eigenvalues of both signs`,
      tidily(() => {
        const A = operators.dense(tf.diag(tf.tensor1d([1, -2, 3])), {symmetric: true});
        const {x, converged} = solve(make(), A, tf.tensor1d([1, 2, 6]));
        expectClose(x, [1, -1, 2], 1e-5);
        assert.deepEqual(converged, [1]);
      }),
    );
  }
});
