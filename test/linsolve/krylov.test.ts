/** @file Iterative solvers where they struggle: many unknowns, stagnation, the wrong kind of matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  auto,
  bicgstab,
  cg,
  gmres,
  iterativeRefinement,
  minres,
  normalCg,
  operators,
  type LinearSolver,
} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';

/** A = α I + β UUᵀ of n unknowns, b, and x in f64 (by Woodbury's formula for one column of U). */
function large(n: number, alpha: number, beta: number) {
  const random = seededRandom(n);
  const u = Float32Array.from({length: n}, () => random());
  const b = Float32Array.from({length: n}, () => random() * 2 - 0.8);
  const dot = (v: Float32Array) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  const share = (beta * dot(b)) / (alpha + beta * dot(u));
  return {u, b, x: Float64Array.from(b, (value, i) => (value - share * u[i]) / alpha)};
}

const solvers: LinearSolver[] = [auto(), cg(), minres(), gmres(), bicgstab(), normalCg()];

const report = (linsolve: LinearSolver, operator: ReturnType<typeof operators.dense>, b: tf.Tensor) => {
  const factorization = linsolve.factor(operator);
  const x = factorization.solve(b);
  const [converged, residual, iterations] = (['converged', 'residual', 'iterations'] as const).map((name) =>
    Array.from(factorization.info![name].dataSync()),
  );
  factorization.dispose();
  return {x, converged, residual, iterations};
};

describeBackends('iterative solvers, many unknowns', () => {
  for (const n of [2560, 5000]) {
    for (const scale of n === 2560 ? [1e-8, 1, 1e8] : [1]) {
      it(`solve ${n} unknowns, times ${scale}, right to 1e-5`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const {u, b, x} = large(n, Math.fround(0.1), Math.fround(1e-5));
            for (const tags of [{symmetric: true}, {}]) {
              const U = tf.tensor2d(u, [n, 1]);
              const diagonal = tf.fill([n], Math.fround(0.1));
              const V = tf.mul(U, Math.fround(1e-5));
              const one = operators.lowRankPlusDiagonal({diagonal, U, V}, {tags});
              const operator = {
                ...one,
                apply: (v: tf.Tensor) => tf.mul(scale, one.apply(v)),
                applyTranspose: (v: tf.Tensor) => tf.mul(scale, one.applyTranspose(v)),
              };
              for (const linsolve of solvers) {
                const {x: found, converged} = report(linsolve, operator, tf.tensor1d(b));
                expectClose(tf.mul(found, scale), x, 1e-5);
                assert.deepEqual(converged, [1], linsolve.className);
              }
            }
          }),
        ));
    }
  }
});

describeBackends('iterative solvers, safeguards', () => {
  it('linsolve.gmres ends on a cyclic shift, which it cannot solve, and says so', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const n = 600;
        const shift = operators.fromFunctions({
          batched: false,
          apply: (v) => tf.concat([tf.slice(v, [n - 1], [1]), tf.slice(v, [0], [n - 1])]),
          applyTranspose: (v) => tf.concat([tf.slice(v, [1], [n - 1]), tf.slice(v, [0], [1])]),
        });
        const b = tf.cast(tf.oneHot(0, n), 'float32');
        const {converged, residual, iterations} = report(gmres(), shift, b);
        assert.deepEqual([converged[0], residual[0]], [0, 1]);
        assert.isAtMost(iterations[0], 60);
        // Beyond 512 unknowns `auto` has the normal equations left, which are the identity here.
        const {x, converged: done} = report(auto(), shift, b);
        expectClose(
          x,
          Array.from({length: n}, (_, i) => Number(i === n - 1)),
          1e-6,
        );
        assert.deepEqual(done, [1]);
      }),
    ));

  it('a sample that stagnates keeps its best x, and does not touch the others', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // The second is singular, with a part of b out of reach; of the third nothing is reached.
        const A = tf.tensor3d(
          [2, 0, 0, 0, 3, 1, 0, 0, 4, 2, 0, 0, 0, 3, 0, 0, 0, 0, ...Array<number>(9).fill(0)],
          [3, 3, 3],
        );
        const b = tf.tensor2d([2, 4, 4, 2, 3, 6, 1, 2, 3], [3, 3]);
        for (const linsolve of [gmres(), bicgstab(), minres(), cg()]) {
          const symmetric = ['minres', 'cg'].includes(linsolve.className);
          const matrix = symmetric ? tf.mul(0.5, tf.add(A, tf.transpose(A, [0, 2, 1]))) : A;
          const {x, converged, residual} = report(linsolve, operators.dense(matrix as tf.Tensor3D), b);
          const [first, second, third] = tf.unstack(x);

          if (!symmetric) expectClose(first, [1, 1, 1], 1e-5);
          expectClose(third, [0, 0, 0]);
          const minimal = ['gmres', 'minres'].includes(linsolve.className);
          if (minimal) expectClose(tf.slice(second, [0], [2]), [1, 1], 1e-4);
          assert.deepEqual(converged, [1, 0, 0], linsolve.className);
          if (minimal) assert.closeTo(residual[1], 6 / 7, 0.02);
          assert.isBelow(Math.max(...tf.abs(second).dataSync()), minimal ? 10 : 1e4);
          assert.equal(residual[2], 1);
        }
      }),
    ));

  it('linsolve.cg ends with its best x on a matrix that is not definite or not symmetric, and says so', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const A = tf.tensor3d([0, 1, -1, 0, 1, 0, 0, -1, -2, 0, 0, -3], [3, 2, 2]);
        const b = tf.tensor2d([1, 1, 1, 1, 2, 3], [3, 2]);
        const {x, converged, residual} = report(cg(), operators.dense(A), b);
        assert.deepEqual(converged, [0, 0, 1]);
        expectClose(tf.slice(x, [0, 0], [2, 2]), [0, 0, 0, 0]);
        assert.deepEqual(residual.slice(0, 2), [1, 1]);
        // Negative definite is definite.
        expectClose(tf.slice(x, [2, 0], [1, 2]), [-1, -1], 1e-6);
      }),
    ));

  it('survive a loss of orthogonality: eigenvalues from 1 to 1e5, many of them close', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const n = 120;
        const d = Float32Array.from({length: n}, (_, i) =>
          i < 60 ? 1 + i * 1e-4 : 10 ** ((5 * (i - 59)) / 60),
        );
        const operator = operators.diagonal(tf.tensor1d(d));
        const expected = Float64Array.from(d, (value) => 1 / value);
        for (const linsolve of [cg({maxIterations: 500}), minres({maxIterations: 500})]) {
          const {x, converged, residual, iterations} = report(linsolve, operator, tf.ones([n]));
          assert.deepEqual(converged, [1], `${linsolve.className} ${residual[0]} ${iterations[0]}`);
          expectClose(x, expected, 2e-3);
        }
      }),
    ));

  it('linsolve.iterativeRefinement drops a correction that makes it worse', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        let calls = 0;
        // The first answer is half right, the second three times too long, the third right.
        const fickle: LinearSolver = {
          className: 'fickle',
          getConfig: () => ({}),
          factor: () => ({
            solve: (b) => tf.mul(b, [0.25, 1.5, 0.5][calls++]),
            solveTranspose: (b) => b,
            info: null,
            dispose: () => {},
          }),
        };
        const {x, converged, iterations} = report(
          iterativeRefinement(fickle, {maxIterations: 2}),
          operators.diagonal(tf.tensor1d([2, 2])),
          tf.tensor1d([2, 4]),
        );
        expectClose(x, [1, 2], 1e-6);
        assert.deepEqual([converged, iterations], [[1], [1]]);
      }),
    ));

  it('nothing that is not finite comes out', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const A = tf.tensor3d([NaN, 0, 0, 1, 1, 0, 0, Infinity, 2, 0, 0, 2], [3, 2, 2]);
        for (const linsolve of [cg(), minres(), gmres(), bicgstab(), normalCg()]) {
          const {x, converged} = report(linsolve, operators.dense(A), tf.ones([3, 2]));
          assert.isTrue(
            Array.from(x.dataSync()).every(Number.isFinite),
            `${linsolve.className}: ${x.dataSync().join()}`,
          );
          assert.deepEqual(converged, [0, 0, 1], linsolve.className);
          expectClose(tf.slice(x, [2, 0], [1, 2]), [0.5, 0.5], 1e-6);
        }
      }),
    ));
});
