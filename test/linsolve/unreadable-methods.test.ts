/** @file Linear solvers where no host can read a tensor: what each does in its own way, and preconditioners. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  auto,
  bicgstab,
  cg,
  gmres,
  iterativeRefinement,
  lu,
  normalCg,
  operators,
  preconditioners,
} from '../../src/linsolve/public.js';
import '../helpers/backends.js';
import {expectClose} from '../helpers/expect.js';
import {describeUnreadable} from '../helpers/unreadable.js';
import {linearSystems, solveExactly, systemTensors} from '../zoo/linear-systems.js';
import {solve, tidily} from './report.js';

const SPD = {symmetric: true, positiveDefinite: true};

describeUnreadable('iterative solvers, each in its own way', () => {
  it(
    'linsolve.auto iterates beyond the size that is factored',
    tidily(() => {
      const systems = linearSystems(3, true, {n: 65, batch: 1});
      const {A, b} = systemTensors(systems);
      const exact = solveExactly(systems.matrices[0], systems.b[0]);
      const steps = [SPD, {symmetric: true}, {}].map((tags) => {
        const {x, converged, iterations} = solve(auto(), operators.dense(A, tags), b);
        expectClose(x, exact, 1e-5);
        assert.deepEqual(converged, [1]);
        return iterations[0];
      });
      assert.isAbove(Math.min(...steps), 2);
      // Both are GMRES.
      assert.equal(steps[1], steps[2]);
    }),
  );

  it(
    'linsolve.cg drops a correction that made a sample worse',
    tidily(() => {
      const A = operators.dense(tf.diag(tf.tensor1d([1, -1.001])), SPD);
      const {x, converged, residual} = solve(cg({maxIterations: 1}), A, tf.tensor1d([1, 1]));
      expectClose(x, [0, 0]);
      assert.deepEqual(converged, [0]);
      expectClose(residual, [1], 1e-6);
    }),
  );

  it(
    'linsolve.gmres goes on where the residual stays as it is, and begins anew after `restart` steps',
    tidily(() => {
      // A cyclic shift: nothing is gained before the last step.
      const shift = operators.dense(tf.tensor2d([0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], [4, 4]));
      const b = tf.tensor1d([1, 0, 0, 0]);
      const {x, converged, iterations} = solve(gmres(), shift, b);
      expectClose(x, [0, 0, 0, 1], 0, 1e-6);
      assert.deepEqual([converged, iterations], [[1], [4]]);
      const short = solve(gmres({restart: 3, maxIterations: 12}), shift, b);
      assert.deepEqual([short.converged, short.residual, short.iterations], [[0], [1], [12]]);
      // On this one a restart costs steps, no digits.
      const {A, b: right} = systemTensors(linearSystems(5, true));
      const cycled = solve(gmres({restart: 4}), operators.dense(A), right);
      const whole = solve(gmres(), operators.dense(A), right);
      assert.deepEqual(cycled.converged, [1, 1, 1]);
      expectClose(cycled.x, whole.x, 1e-5);
      cycled.iterations.forEach((count, i) => assert.isAbove(count, whole.iterations[i]));
    }),
  );

  it(
    'linsolve.normalCg finds least squares of least norm',
    tidily(() => {
      const A = operators.dense(tf.tensor2d([1, 1, 1, 1], [2, 2]));
      for (const transpose of [false, true]) {
        const {x, converged, residual} = solve(normalCg(), A, tf.tensor1d([3, 1]), transpose);
        expectClose(x, [1, 1], 1e-6);
        assert.deepEqual(converged, [1]);
        expectClose(residual, [1 / Math.sqrt(5)], 1e-5);
      }
    }),
  );

  it(
    'linsolve.iterativeRefinement around an iteration and around a factorisation',
    tidily(() => {
      const systems = linearSystems(10, false);
      const {A, b} = systemTensors(systems);
      for (const inner of [gmres({tolerance: 1e-2}), lu()]) {
        const {x, converged} = solve(iterativeRefinement(inner), operators.dense(A), b);
        const exact = systems.matrices.flatMap((matrix, i) => solveExactly(matrix, systems.b[i]));
        expectClose(x, exact, 1e-5);
        assert.deepEqual(converged, [1, 1, 1]);
      }
    }),
  );
});

describeUnreadable('direct solvers', () => {
  it(
    'linsolve.lu solves what is regular, whatever stands beside it',
    tidily(() => {
      // This backend knows no least squares: the second is NaN, and alone.
      const A = operators.dense(tf.tensor3d([2, 1, 0, 4, 1, 1, 1, 1, 0, 1, 1, 0], [3, 2, 2]));
      for (const transpose of [false, true]) {
        const {x, converged} = solve(lu(), A, tf.tensor2d([4, 8, 1, 2, 3, 5], [3, 2]), transpose);
        expectClose(x.slice(0, 2), transpose ? [2, 1.5] : [1, 2], 1e-6);
        assert.isTrue(x.slice(2, 4).every(Number.isNaN));
        expectClose(x.slice(4), [5, 3], 1e-6);
        assert.deepEqual(converged, [1, 0, 1]);
      }
    }),
  );
});

describeUnreadable('preconditioners', () => {
  for (const [name, make] of Object.entries({cg, gmres, bicgstab})) {
    it(
      `linsolve.${name} needs one iteration with the inverse, also of the transpose`,
      tidily(() => {
        const symmetric = name === 'cg';
        const A = operators.dense(tf.tensor2d(symmetric ? [2, 1, 1, 1] : [1, 2, 0, 1], [2, 2]), symmetric ? SPD : {}); // prettier-ignore
        const inverse = tf.tensor2d(symmetric ? [1, -1, -1, 2] : [1, -2, 0, 1], [2, 2]);
        const preconditioner = preconditioners.custom({
          apply: (v) => tf.matMul(v, inverse, false, true),
          applyTranspose: (v) => tf.matMul(v, inverse),
        });
        for (const transpose of [false, true]) {
          const {x, iterations, converged} = solve(make({preconditioner}), A, tf.tensor1d([3, 4]), transpose);
          expectClose(x, symmetric ? [-1, 5] : transpose ? [3, -2] : [-5, 4], 1e-6);
          assert.deepEqual([iterations, converged], [[1], [1]]);
          assert.isAbove(solve(make(), A, tf.tensor1d([3, 4]), transpose).iterations[0], 1);
        }
      }),
    );
  }
});
