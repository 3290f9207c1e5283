/** @file Samples that differ, factors that are kept, configurations, and misuse. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  auto,
  bicgstab,
  cg,
  cholesky,
  gmres,
  iterativeRefinement,
  kkt,
  linearSolverFromConfig,
  lu,
  neumann,
  normalCg,
  oneStep,
  operators,
  phantom,
  qr,
} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {linearSystems, solveExactly, systemTensors} from '../zoo/linear-systems.js';

const SPD = {tags: {symmetric: true, positiveDefinite: true}};

describeBackends('linear solvers, special cases', () => {
  for (const solver of [cg(), gmres(), bicgstab()]) {
    it(`linsolve.${solver.className} stops each sample by itself`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          // diag(1, …, 1), diag(1, 2, 1, …) and diag(1, …, 6): one, two and six distinct eigenvalues.
          const diagonals = [
            [1, 1, 1, 1, 1, 1],
            [1, 2, 1, 2, 1, 2],
            [1, 2, 3, 4, 5, 6],
          ];
          const A = tf.stack(diagonals.map((values) => tf.diag(tf.tensor1d(values))));
          const factorization = solver.factor(operators.dense(A, SPD));
          expectClose(factorization.solve(tf.tensor2d(diagonals)), new Array<number>(18).fill(1), 4e-6);
          const [one, two, six] = factorization.info!.iterations.dataSync();
          assert.equal(one, 1);
          assert.isAbove(two, one);
          assert.isAbove(six, two);
          factorization.dispose();
        }),
      ));

    it(`linsolve.${solver.className} reports a sample that it could not solve`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const hard = linearSystems(1000, true);
          const A = tf.stack([tf.eye(6), tf.tensor2d(hard.matrices[0], [6, 6])]);
          const make = {cg, gmres, bicgstab}[solver.className as 'cg'];
          const factorization = make({maxIterations: 2}).factor(operators.dense(A, SPD));
          factorization.solve(tf.tensor2d([hard.b[0], hard.b[0]]));
          const {converged, iterations, residual} = factorization.info!;
          expectClose(converged, [1, 0]);
          expectClose(iterations, [1, 2]);
          assert.isAbove(residual.dataSync()[1], 1e-6);
          factorization.dispose();
        }),
      ));
  }

  it('linsolve.cg drops a correction that made a sample worse', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // Indefinite, so that the first step is 2/(1 − 1.001) = −2000 long.
        const A = tf.diag(tf.tensor1d([1, -1.001]));
        const factorization = cg({maxIterations: 1}).factor(operators.dense(A, SPD));
        expectClose(factorization.solve(tf.tensor1d([1, 1])), [0, 0]);
        expectClose(factorization.info!.converged, [0]);
        expectClose(factorization.info!.residual, [1], 1e-6);
        factorization.dispose();
      }),
    ));

  it('linsolve.cg takes a preconditioner', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const values = [1, 10, 100, 1000, 10000, 100000];
        const A = tf.diag(tf.tensor1d(values));
        const inverse = tf.div(1, tf.tensor2d([values]));
        const factorization = cg({preconditioner: (v) => tf.mul(v, inverse)}).factor(operators.dense(A, SPD));
        expectClose(factorization.solve(tf.tensor1d(values)), [1, 1, 1, 1, 1, 1], 1e-6);
        expectClose(factorization.info!.iterations, [1]);
        factorization.dispose();
      }),
    ));

  for (const solver of [lu(), qr(), cholesky(), auto(), iterativeRefinement(lu())]) {
    it(`linsolve.${solver.className} materialises the operator once for several solves`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const systems = linearSystems(10, true);
          const {A, b} = systemTensors(systems);
          let count = 0;
          const dense = operators.dense(A, SPD);
          const operator = {
            ...dense,
            materialize(shape: number[]) {
              count++;
              return dense.materialize(shape);
            },
          };
          const factorization = solver.factor(operator);
          for (let i = 0; i < 3; i++) {
            const expected = systems.matrices.flatMap((a, k) => solveExactly(a, systems.b[k]));
            expectClose(factorization.solve(b), expected, 1e-6);
            factorization.solveTranspose(b);
          }
          assert.equal(count, 1);
          factorization.dispose();
        }),
      ));
  }

  it('linsolve.auto solves many unknowns by an iteration, and by LU where that fails', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const n = 80;
        const spd = tf.diag(tf.range(1, n + 1));
        const good = auto().factor(operators.dense(spd, SPD));
        expectClose(good.solve(tf.range(1, n + 1)), new Array<number>(n).fill(1), 2e-4);
        expectClose(good.info!.converged, [1]);
        assert.isAbove(good.info!.iterations.dataSync()[0], 1);
        good.dispose();
        // A cyclic shift: GMRES gets nowhere before the n-th step.
        const shift = tf.gather(
          tf.eye(n),
          tf.concat([tf.range(1, n, 1, 'int32'), tf.tensor1d([0], 'int32')]),
        );
        const hard = auto().factor(operators.dense(shift));
        expectClose(
          hard.solve(tf.cast(tf.oneHot(0, n), 'float32')),
          Array.from({length: n}, (_, i) => (i === 1 ? 1 : 0)),
          0,
          1e-6,
        );
        expectClose(hard.info!.iterations, [1]);
        hard.dispose();
      }),
    ));

  it('linsolve.kkt says that it needs an operator with blocks', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const operator = operators.dense(tf.eye(2));
        assert.match(
          messageOf(() => kkt().factor(operator)),
          /linsolve.kkt needs an operator with KKT blocks/,
        );
      }),
    ));

  it('refuse options out of range', () => {
    assert.match(
      messageOf(() => cg({tolerance: 0})),
      /cg: tolerance must be positive, got 0/,
    );
    assert.match(
      messageOf(() => bicgstab({maxIterations: 0})),
      /bicgstab: maxIterations must be at least 1/,
    );
    assert.match(
      messageOf(() => gmres({restart: 0})),
      /gmres: restart must be at least 1/,
    );
  });

  it('come back from their configuration', () => {
    const refined = iterativeRefinement(gmres({restart: 7, tolerance: 1e-3}), {maxIterations: 5});
    for (const solver of [
      auto(),
      bicgstab({maxIterations: 9}),
      cg(),
      cholesky(),
      gmres(),
      lu(),
      neumann({terms: 3, damping: 0.25}),
      normalCg(),
      oneStep(),
      phantom(),
      qr(),
      qr({rcond: 1e-3}),
      refined,
    ]) {
      const copy = linearSolverFromConfig({className: solver.className, config: solver.getConfig()});
      assert.equal(copy.className, solver.className);
      assert.deepEqual(copy.getConfig(), solver.getConfig());
    }
    assert.match(
      messageOf(() => linearSolverFromConfig({className: 'magic', config: {}})),
      /Unknown linear solver 'magic'; known: .*\bcg\b/,
    );
  });
});
