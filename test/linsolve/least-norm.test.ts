/** @file Systems that are singular up to rounding: rank, least norm and least squares, in both modes. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {stationary} from '../../src/conditions/public.js';
import {rootJvp, rootVjp} from '../../src/implicit/index.js';
import {minimumNormSolve, svd} from '../../src/kernels/index.js';
import {auto, lu, minres, normalCg, operators, qr} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {discs} from '../zoo/discs.js';
import {linearSystems, multiply, seededRandom, solveExactly, transposed} from '../zoo/linear-systems.js';

const SYMMETRIC = {tags: {symmetric: true}};

/** A [n, n] of rank n − 2 with entries rounded to f32, its factors and a random vector; symmetric or not. */
function deficient(n: number, symmetric: boolean, seed: number) {
  const random = seededRandom(seed);
  const part = () => Array.from({length: n * (n - 2)}, () => random() * 2 - 1);
  const left = part();
  const right = symmetric ? left : part();
  const sign = (k: number) => (symmetric && k % 2 ? -1 : 1);
  const exact = Float64Array.from({length: n * n}, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n - 2; k++) sum += sign(k) * left[i * (n - 2) + k] * right[j * (n - 2) + k];
    return sum;
  });
  return {exact, A: Array.from(exact, Math.fround), v: Array.from({length: n}, () => random() * 2 - 1)};
}

describeBackends('linear solvers, systems that are singular up to rounding', () => {
  for (const symmetric of [false, true]) {
    for (const scale of [1e-8, 1, 1e8]) {
      it(`linsolve.auto solves them by least norm, ${symmetric ? 'symmetric' : 'general'}, times ${scale}`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const n = 10;
            const {exact, A, v} = deficient(n, symmetric, 3);
            const decomposition = svd(exact, n);
            const operator = operators.dense(
              tf.mul(tf.tensor2d(A, [n, n]), scale),
              symmetric ? SYMMETRIC : {},
            );
            const factorization = auto().factor(operator);
            for (const transpose of [false, true]) {
              const solve = (b: tf.Tensor) =>
                transpose ? factorization.solveTranspose(b) : factorization.solve(b);
              const consistent = multiply(transpose ? transposed(A) : A, v);
              for (const [b, converged] of [
                [consistent, 1],
                [v, 0],
              ] as [number[], number][]) {
                const expected = minimumNormSolve(decomposition, Float64Array.from(b), transpose, 1e-9);
                expectClose(tf.mul(solve(tf.tensor1d(b)), scale), expected, 2e-5);
                expectClose(factorization.info!.converged, [converged]);
              }
            }
            factorization.dispose();
          }),
        ));
    }
  }

  it('linsolve.auto does not take units for a rank: D A D with D from 1e-8 to 1e8', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {n, matrices, b} = linearSystems(10, false);
        const d = Array.from({length: n}, (_, i) => Math.fround(10 ** (-8 + (16 * i) / (n - 1))));
        const scaled = matrices.map((A) =>
          A.map((a, at) => Math.fround(a * d[Math.floor(at / n)] * d[at % n])),
        );
        const right = b.map((row) => row.map((value, i) => Math.fround(value * d[i])));
        const factorization = auto().factor(
          operators.dense(tf.tensor3d(scaled.flat(), [scaled.length, n, n])),
        );
        const x = tf.mul(factorization.solve(tf.tensor2d(right)), tf.tensor1d(d));
        expectClose(
          x,
          scaled.flatMap((A, i) => solveExactly(A, right[i]).map((value, k) => value * d[k])),
          1e-6,
        );
        factorization.dispose();
      }),
    ));

  it('linsolve.auto keeps a regular matrix of condition 1e5 as it is', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {n, matrices, b} = linearSystems(1e5, false);
        const factorization = auto().factor(
          operators.dense(tf.tensor3d(matrices.flat(), [matrices.length, n, n])),
        );
        expectClose(
          factorization.solve(tf.tensor2d(b)),
          matrices.flatMap((A, i) => solveExactly(A, b[i])),
          2e-7,
        );
        factorization.dispose();
      }),
    ));

  // Two translations and a rattler: four directions without a force, which the cotangent has parts along.
  for (const [count, width, seed] of [
    [16, 4.2, 1],
    [40, 6.7, 3],
  ]) {
    it(`the sensitivity of ${count} soft discs at rest is right in both modes`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const system = discs(count, width, seed);
          const n = 2 * count;
          const c = Float32Array.from({length: n}, (_, i) => Math.sin(i * i + 1));
          const decomposition = svd(system.hessian, n);
          const exact = minimumNormSolve(decomposition, system.mixed, false, 1e-10).map((value) => -value);
          const sensitivity = exact.reduce((sum, value, i) => sum + value * c[i], 0);
          const condition = stationary<tf.Tensor, [tf.Tensor]>((x, d) => system.energy(x, d));
          const [x, d, v] = [
            tf.tensor2d(Float32Array.from(system.x), [count, 2]),
            tf.scalar(1),
            tf.tensor2d(c, [count, 2]),
          ];
          for (const linsolve of [
            auto(),
            minres({maxIterations: 500}),
            qr(),
            lu(),
            normalCg({maxIterations: 500}),
          ]) {
            if (count > 16 && !['auto', 'minres'].includes(linsolve.className)) continue;
            // Positions in f32, divided by the least eigenvalue that is not zero, are good for 1e-5 or so.
            const options = {batched: false, linsolve, onFailure: 'throw' as const};
            const [gradient] = rootVjp(condition, x, [d], v, options);
            expectClose(gradient, [sensitivity], 1e-4);
            const tangent = rootJvp(condition, x, [d], [tf.scalar(1)], options);
            expectClose(tf.sum(tf.mul(tangent, v)), [sensitivity], 1e-4);
          }
        }),
      ));
  }

  it('linsolve.minres solves indefinite systems, of 200 unknowns too', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const n = 200;
        const random = seededRandom(5);
        const diagonal = Float32Array.from({length: n}, (_, i) => (i % 3 ? 1 : -1) * (1 + (i % 17)));
        const u = Float32Array.from({length: n}, () => random() - 0.5);
        const x = Float64Array.from({length: n}, () => random() - 0.5);
        const ux = u.reduce((sum, value, i) => sum + value * x[i], 0);
        const b = x.map((value, i) => diagonal[i] * value + u[i] * ux);
        for (const scale of [1e-8, 1, 1e8]) {
          const operator = operators.lowRankPlusDiagonal({
            diagonal: tf.mul(tf.tensor1d(diagonal), scale),
            U: tf.mul(tf.tensor2d(u, [n, 1]), Math.sqrt(scale)),
          });
          for (const solver of [minres(), auto()]) {
            const factorization = solver.factor(operator);
            const right = tf.mul(tf.tensor1d(Float32Array.from(b)), scale);
            for (const found of [factorization.solve(right), factorization.solveTranspose(right)]) {
              expectClose(found, x, 2e-5);
            }
            expectClose(factorization.info!.converged, [1]);
            factorization.dispose();
          }
        }
      }),
    ));

  it('linsolve.minres keeps a batch apart: a sample of zeros, one that is singular, one with NaN', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const A = tf.tensor3d([2, 1, 1, -3, 1, 1, 1, 1, 2, 1, 1, -3, 2, 1, 1, -3], [4, 2, 2]);
        const factorization = minres().factor(operators.dense(A, SYMMETRIC));
        const x = factorization.solve(tf.tensor2d([3, -2, 1, 0, 0, 0, NaN, 1], [4, 2]));
        expectClose(x, [1, 1, 0.25, 0.25, 0, 0, 0, 0], 1e-5);
        expectClose(factorization.info!.converged, [1, 0, 1, 0]);
        assert.equal(factorization.info!.residual.dataSync()[3], Infinity);
        factorization.dispose();
      }),
    ));
});
