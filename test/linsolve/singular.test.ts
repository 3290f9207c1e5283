/** @file Linear systems that have no solution, or many, or the wrong definiteness. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  auto,
  cg,
  cholesky,
  lu,
  normalCg,
  operators,
  qr,
  SingularMatrixError,
} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {SINGULAR} from '../zoo/linear-systems.js';

const SPD = {tags: {symmetric: true, positiveDefinite: true}};

describeBackends('linear solvers, singular systems', () => {
  const singular = [
    {name: 'lu', solver: lu(), systems: [SINGULAR.semidefinite, SINGULAR.general]},
    {name: 'qr', solver: qr(), systems: [SINGULAR.semidefinite, SINGULAR.general]},
    {name: 'auto', solver: auto(), systems: [SINGULAR.semidefinite, SINGULAR.general]},
    {name: 'normalCg', solver: normalCg(), systems: [SINGULAR.semidefinite, SINGULAR.general]},
    {name: 'cg', solver: cg(), systems: [SINGULAR.semidefinite]},
  ];
  for (const {name, solver, systems} of singular) {
    it(`linsolve.${name} gives the solution of least norm of a singular consistent system`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const A = tf.tensor3d(
            systems.flatMap((system) => system.A),
            [systems.length, 3, 3],
          );
          const factorization = solver.factor(operators.dense(A, name === 'cg' ? SPD : {}));
          const x = factorization.solve(tf.tensor2d(systems.map(({b}) => b)));
          expectClose(
            x,
            systems.flatMap((system) => system.x),
            4e-6,
          );
          expectClose(
            factorization.info!.converged,
            systems.map(() => 1),
          );
          factorization.dispose();
        }),
      ));
  }

  it('linsolve.lu gives the least-squares solution of a singular inconsistent system, and says that it is none', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const A = tf.tensor2d(SINGULAR.semidefinite.A, [3, 3]);
        const factorization = lu().factor(operators.dense(A));
        // (1, 1, −1) is orthogonal to the range: it changes nothing but the residual.
        const b = SINGULAR.semidefinite.b.map((value, i) => value + [1, 1, -1][i]);
        for (const scale of [1, 1e-30]) {
          const x = factorization.solve(tf.mul(tf.tensor1d(b), scale));
          expectClose(tf.div(x, scale), SINGULAR.semidefinite.x, 1e-6);
          expectClose(factorization.info!.converged, [0]);
          expectClose(factorization.info!.residual, [Math.sqrt(3) / Math.hypot(...b)], 1e-5);
        }
        factorization.dispose();
      }),
    ));

  it('linsolve.cholesky names the sample that is not positive definite, and leaves nothing behind', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const A = tf.tensor3d([2, 0, 0, 2, 1, 2, 2, 1, 1, 0, 0, 1], [3, 2, 2]);
        const factorization = cholesky().factor(operators.dense(A, SPD));
        let error!: Error;
        try {
          factorization.solve(tf.ones([3, 2]));
        } catch (thrown) {
          error = thrown as Error;
        }
        assert.instanceOf(error, SingularMatrixError);
        assert.match(error.message, /the matrix of sample 1 is not positive definite \(pivot 1\)/);
        factorization.dispose();
      }),
    ));
});
