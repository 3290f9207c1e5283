/** @file Every linear solver on the zoo: solutions, transposed solutions, reports, scales, leaks. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {operators, type Factorization, type Operator, type SolveInfo} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectNoLeak} from '../helpers/expect.js';
import {solveExactly, systemTensors, transposed, type LinearSystems} from '../zoo/linear-systems.js';
import {SOLVERS, ZOO, zooFor} from './solvers.js';

const tagsOf = ({symmetricPositiveDefinite: positiveDefinite}: LinearSystems) =>
  positiveDefinite ? {symmetric: true, positiveDefinite} : {};

/** ‖actual − expected‖ / ‖expected‖ for each row. */
function expectRows(actual: tf.Tensor, expected: number[][], bound: number): void {
  const values = actual.dataSync();
  expected.forEach((row, sample) => {
    const off = Math.hypot(...row.map((value, i) => values[sample * row.length + i] - value));
    assert.isAtMost(off / Math.hypot(...row), bound, `sample ${sample}`);
  });
}

function expectReport(info: SolveInfo | null, samples: number, tolerance: number): void {
  for (const key of ['converged', 'iterations', 'residual'] as const) {
    assert.deepEqual(info![key].shape, [samples], key);
  }
  assert.deepEqual(Array.from(info!.converged.dataSync()), new Array<number>(samples).fill(1), 'converged');
  for (const residual of info!.residual.dataSync()) assert.isAtMost(residual, tolerance, 'residual');
}

describeBackends('linear solvers', () => {
  for (const solverCase of SOLVERS) {
    const {name, solver, bound} = solverCase;
    const using = (operator: Operator, use: (factorization: Factorization) => void) => {
      const factorization = solver.factor(operator);
      try {
        tf.tidy(() => use(factorization));
      } finally {
        factorization.dispose();
        operator.dispose();
      }
    };

    for (const systems of zooFor(solverCase)) {
      it(`linsolve.${name} solves with A and its transpose (${systems.name})`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const {A, b} = systemTensors(systems);
            using(operators.dense(A, {tags: tagsOf(systems)}), (factorization) => {
              assert.isNull(factorization.info);
              const x = factorization.solve(b);
              assert.deepEqual(x.shape, b.shape);
              expectRows(
                x,
                systems.matrices.map((a, i) => solveExactly(a, systems.b[i])),
                bound(systems.condition),
              );
              expectReport(factorization.info, 3, 1e-6);
              expectRows(
                factorization.solveTranspose(b),
                systems.matrices.map((a, i) => solveExactly(transposed(a), systems.b[i])),
                bound(systems.condition),
              );
            });
          }),
        ));
    }

    const systems = zooFor(solverCase).find(({condition}) => condition === 10)!;
    const exact = systems.matrices.map((a, i) => solveExactly(a, systems.b[i]));

    it(`linsolve.${name} solves one unbatched system`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const A = tf.tensor2d(systems.matrices[1], [6, 6]);
          using(operators.dense(A, {tags: tagsOf(systems)}), (factorization) => {
            const x = factorization.solve(tf.tensor1d(systems.b[1]));
            assert.deepEqual(x.shape, [6]);
            expectRows(x, [exact[1]], bound(10));
            expectReport(factorization.info, 1, 1e-6);
          });
        }),
      ));

    it(`linsolve.${name} solves vectors of any shape with an operator of functions`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {A, b} = systemTensors(systems);
          const inner = operators.dense(A);
          const flat = (f: (v: tf.Tensor) => tf.Tensor) => (v: tf.Tensor) =>
            tf.reshape(f(tf.reshape(v, [3, 6])), [3, 2, 3]);
          const operator = operators.fromFunctions({
            apply: flat((v) => inner.apply(v)),
            applyTranspose: flat((v) => inner.applyTranspose(v)),
            tags: tagsOf(systems),
          });
          using(operator, (factorization) => {
            const x = factorization.solve(tf.reshape(b, [3, 2, 3]));
            assert.deepEqual(x.shape, [3, 2, 3]);
            expectRows(x, exact, bound(10));
          });
        }),
      ));

    it(`linsolve.${name} returns zero for a zero right-hand side, beside a sample that is not zero`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {A, b} = systemTensors(systems);
          const mask = tf.tensor2d([1, 0, 1], [3, 1]);
          using(operators.dense(A, {tags: tagsOf(systems)}), (factorization) => {
            const rows = tf.unstack(factorization.solve(tf.mul(b, mask)));
            expectRows(rows[0], [exact[0]], bound(10));
            // Of either sign.
            assert.isTrue(rows[1].dataSync().every((entry) => entry === 0));
            expectRows(rows[2], [exact[2]], bound(10));
            expectReport(factorization.info, 3, 1e-6);
            expectRows(factorization.solve(tf.ones([3, 6])), ones(systems), bound(10));
          });
        }),
      ));

    for (const scale of [1e-30, 1e30]) {
      it(`linsolve.${name} solves, and reports, at a right-hand side of size ${scale}`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const {A, b} = systemTensors(systems);
            using(operators.dense(A, {tags: tagsOf(systems)}), (factorization) => {
              const x = factorization.solve(tf.mul(b, scale));
              // Back in two steps: 1/scale² would leave the range of f32. Each rounding adds an ulp.
              expectRows(tf.div(x, scale), exact, bound(10) + 3 * 2 ** -24 * 10);
              expectReport(factorization.info, 3, 2e-6);
            });
          }),
        ));
    }

    it(`linsolve.${name} frees everything that it holds, and may be used again`, () =>
      expectNoLeak(() => {
        const {A, b} = systemTensors(systems);
        const before = tf.memory().numTensors;
        const factorization = solver.factor(operators.dense(A, {tags: tagsOf(systems)}));
        const x = [factorization.solve(b), factorization.solve(b), factorization.solveTranspose(b)];
        assert.deepEqual(Array.from(x[0].dataSync()), Array.from(x[1].dataSync()));
        tf.dispose(x);
        factorization.dispose();
        assert.equal(tf.memory().numTensors, before);
        tf.dispose([A, b]);
      }));
  }

  it('have a zoo with the condition numbers that it names', () => {
    for (const {matrices, n, condition} of ZOO) {
      for (const a of matrices) {
        // ‖A‖_F² and ‖A⁻¹‖_F² are the sums of σ² and σ⁻².
        const columns = Array.from({length: n}, (_, j) =>
          solveExactly(
            a,
            Array.from({length: n}, (_unused, i) => (i === j ? 1 : 0)),
          ),
        );
        const values = Array.from({length: n}, (_, k) => condition ** -(k / (n - 1)));
        assert.approximately(Math.hypot(...a), Math.hypot(...values), 1e-6);
        assert.approximately(
          Math.hypot(...columns.flat()) / Math.hypot(...values.map((value) => 1 / value)),
          1,
          1e-6 * condition,
        );
      }
    }
  });
});

/** The exact solutions for the right-hand side of ones. */
function ones({matrices, n}: LinearSystems): number[][] {
  return matrices.map((a) => solveExactly(a, new Array<number>(n).fill(1)));
}
