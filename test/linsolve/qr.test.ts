/** @file QR: minimum-norm least-squares solutions in closed form, what it reports of them, and misuse. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {operators, qr} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';

/** A = a bᵀ has the pseudo-inverse b aᵀ / (‖a‖²‖b‖²). */
const rankOne = fc.record({n: fc.integer({min: 2, max: 5}), seed: fc.nat(2 ** 31)}).map(({n, seed}) => {
  const random = seededRandom(seed);
  // Eighths, whose products f32 holds exactly.
  const vector = () => Array.from({length: n}, () => (1 + Math.floor(16 * random())) / 8);
  return {n, a: vector(), b: vector(), v: vector()};
});

const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);

describeBackends('linsolve.qr', () => {
  it('gives the least-squares solution of least norm of a matrix of rank one, and of its transpose', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(rankOne, ({n, a, b, v}) =>
          tf.tidy(() => {
            const A = tf.tensor2d(
              a.flatMap((left) => b.map((right) => left * right)),
              [n, n],
            );
            const factorization = qr().factor(operators.dense(A));
            const scale = dot(a, a) * dot(b, b);
            const solved = [factorization.solve(tf.tensor1d(v))];
            expectClose(factorization.info!.converged, [1]);
            const projection = dot(a, v) / Math.sqrt(dot(a, a) * dot(v, v));
            expectClose(
              factorization.info!.residual,
              [Math.sqrt(1 - Math.min(1, projection ** 2))],
              1e-6,
              1e-5,
            );
            solved.push(factorization.solveTranspose(tf.tensor1d(v)));
            expectClose(factorization.info!.converged, [1]);
            expectClose(
              solved[0],
              b.map((entry) => (entry * dot(a, v)) / scale),
              1e-6,
            );
            expectClose(
              solved[1],
              a.map((entry) => (entry * dot(b, v)) / scale),
              1e-6,
            );
            factorization.dispose();
          }),
        ),
        {numRuns: 40},
      ),
    ));

  it('decides each sample of a batch by itself', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // Regular; no solution; zero, whose least solution is zero; regular.
        const A = tf.tensor3d([2, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0], [4, 2, 2]);
        const b = tf.tensor2d([
          [2, 4],
          [3, 4],
          [1, 1],
          [6, 5],
        ]);
        const factorization = qr().factor(operators.dense(A));
        for (const scale of [1, 1e30, 1e-30]) {
          expectClose(tf.div(factorization.solve(tf.mul(b, scale)), scale), [1, 1, 3, 0, 0, 0, 5, 3], 1e-6);
          expectClose(factorization.info!.residual, [0, 0.8, 1, 0], 1e-6, 1e-6);
          expectClose(factorization.info!.converged, [1, 1, 1, 1]);
        }
        factorization.dispose();
      }),
    ));

  it('takes what is singular up to the rounding of f32 as singular, and rcond for another rank', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const A = tf.tensor2d([1, 1, 1, 1 + 2 ** -23], [2, 2]);
        const small = tf.diag(tf.tensor1d([1, 1e-3]));
        const solve = (matrix: tf.Tensor, rcond?: number) => {
          const factorization = qr({rcond}).factor(operators.dense(matrix));
          const x = factorization.solve(tf.tensor1d([2, 2]));
          const {converged, residual} = factorization.info!;
          const report = [converged.dataSync()[0], residual.dataSync()[0]];
          factorization.dispose();
          return {x, report};
        };
        expectClose(solve(A).x, [1, 1], 1e-6);
        expectClose(solve(A, 1e-12).x, [2, 0], 1e-6);
        expectClose(solve(small).x, [2, 2000], 1e-6);
        const truncated = solve(small, 1e-2);
        expectClose(truncated.x, [2, 0], 1e-6);
        expectClose(truncated.report, [1, Math.SQRT1_2], 1e-5);
      }),
    ));

  it('says that a solution is none where the least squares are not reached either', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // The matrix that is factored is not the one that is applied.
        const operator = {
          ...operators.dense(tf.eye(2)),
          materialize: (): tf.Tensor3D => tf.mul(2, tf.eye(2, 2, [1])),
        };
        const factorization = qr().factor(operator);
        factorization.solve(tf.tensor1d([1, 1]));
        expectClose(factorization.info!.converged, [0]);
        expectClose(factorization.info!.residual, [0.5], 1e-6);
        factorization.dispose();
      }),
    ));

  it('refuses what it cannot take, and leaves nothing behind', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const rcond of [-1, 1, NaN]) {
          assert.match(
            messageOf(() => qr({rcond})),
            /^qr: rcond must lie in \[0, 1\), got/,
          );
        }
        const factorization = qr().factor(operators.dense(tf.tensor2d([1, NaN, 0, 1], [2, 2])));
        assert.match(
          messageOf(() => factorization.solve(tf.ones([2]))),
          /^linsolve.qr: entry \[0, 1\] of a of sample 0 is NaN/,
        );
        factorization.dispose();
      }),
    ));
});
