/** @file Entmax and normmax over their whole range of α: their definitions, and their derivatives in x and α, in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {jvp} from '../../src/autodiff/index.js';
import {projections} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {bisect, sum} from '../zoo/maps.js';

const EXCESSES = [1e-9, 1e-7, 1e-5, 1e-3, 0.1, 0.5, 1, 1.5, 2, 4];
const X = [0.3, 0.1, -0.2, 0.29, -1].map(Math.fround);

/** By bisection on τ, written so that it is exact as α comes to 1. */
function entmaxInF64(x: number[], excess: number): number[] {
  const at = (tau: number) =>
    x.map((value) => {
      const u = excess * (value - tau);
      return u > -1 ? Math.exp(Math.log1p(u) / excess) : 0;
    });
  const p = at(bisect((tau) => 1 - sum(at(tau)), -60, 60));
  return p.map((value) => value / sum(p));
}

/** By bisection on τ: Σ (x − τ)^β = 1, then the other power. */
function normmaxInF64(x: number[], excess: number): number[] {
  const powers = (tau: number, e: number) => x.map((value) => (value > tau ? (value - tau) ** e : 0));
  const tau = bisect((t) => 1 - sum(powers(t, 1 + 1 / excess)), Math.max(...x) - 1, Math.max(...x));
  const p = powers(tau, 1 / excess);
  return p.map((value) => value / sum(p));
}

const MAPS = {
  entmax: {run: projections.entmax, reference: entmaxInF64, excesses: EXCESSES},
  normmax: {run: projections.normmax, reference: normmaxInF64, excesses: [0.1, 0.5, 1, 1.5, 2]},
};
const difference = (f: (t: number) => number, at: number, h: number) =>
  (8 * (f(at + h) - f(at - h)) - (f(at + 2 * h) - f(at - 2 * h))) / (12 * h);

describeBackends('entmax and normmax', () => {
  for (const [name, {run, reference, excesses}] of Object.entries(MAPS)) {
    for (const excess of excesses) {
      it(`${name}, α = 1 + ${excess}: value and derivative in x are those of the definition`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const alpha = 1 + excess;
            const x = tf.tensor1d(X);
            expectClose(run(x, {alpha}), reference(X, excess), 2e-6);
            const v = [1, 2, -1, 0.5, 3];
            const slope = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(tf.tensor1d(v), run(at, {alpha}))))(x);
            const expected = X.map((_, i) =>
              difference(
                (t) =>
                  sum(
                    reference(
                      X.map((value, j) => (j === i ? t : value)),
                      excess,
                    ).map((p, j) => p * v[j]),
                  ),
                X[i],
                1e-4,
              ),
            );
            expectClose(slope, expected, 5e-6, 5e-6);
          }),
        ));
    }

    it(`${name}: is differentiable in a tensor α, one for all rows or one a row, in both modes`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const v = [1, 2, -1, 0.5, 3];
          const alphas = [1.1, 1.5, 2, 2.5, 3].map(Math.fround);
          const x = tf.tensor2d(alphas.map(() => X));
          const energy = (alpha: tf.Tensor) => tf.sum(tf.mul(tf.tensor1d(v), run(x, {alpha})));
          const expected = alphas.map((alpha) =>
            difference((a) => sum(reference(X, a - 1).map((p, j) => p * v[j])), alpha, 1e-4),
          );
          const alpha: tf.Tensor = tf.tensor1d(alphas);
          expectClose(tf.grad(energy)(alpha), expected, 5e-6, 5e-6);
          const tangent = tf.onesLike(alpha);
          const forward = jvp((a: tf.Tensor) => run(x, {alpha: a}), [alpha], [tangent]);
          const rows = tf.sum(tf.mul(forward, tf.tensor1d(v)), 1);
          expectClose(rows, expected, 2e-5, 2e-5);
          const shared = tf.grad(energy)(tf.scalar(1.5));
          expectClose(shared, 5 * expected[1], 5e-6);
        }),
      ));
  }

  it('entmax: the derivative in α has a limit at softmax: ½p(Σp log²p − log²p)', () =>
    tf.tidy(() => {
      const p = entmaxInF64(X, 1e-9);
      const squares = p.map((value) => Math.log(value) ** 2);
      const mean = sum(p.map((value, i) => value * squares[i]));
      for (let i = 0; i < X.length; i++) {
        const slope = tf.grad((alpha: tf.Tensor) =>
          tf.reshape(tf.slice(projections.entmax(tf.tensor1d(X), {alpha}), i, 1), []),
        )(tf.scalar(1));
        expectClose(slope, 0.5 * p[i] * (mean - squares[i]), 2e-6);
      }
    }));

  it('at steep α the result satisfies its definition, and sums to 1', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({min: -40, max: 40}).map((k) => k / 4096),
          {minLength: 1, maxLength: 9},
        ),
        fc.constantFrom(1.001, 3, 5, 10, 30, 100),
        (x, alpha) => {
          const p = Array.from(tf.tidy(() => projections.entmax(tf.tensor1d(x), {alpha}).dataSync()));
          expectClose(sum(p), 1, 1e-6);
          // On the support p^{α−1} − (α − 1)x is one number τ, which is more than any other −(α − 1)x.
          const excess = alpha - 1;
          const level = p.map((value, i) => value ** excess - excess * x[i]);
          const on = level.filter((_, i) => p[i] > 0);
          const slack = 1e-6 * excess;
          assert.isAtMost(Math.max(...on) - Math.min(...on), slack);
          level.forEach((value, i) => p[i] === 0 && assert.isAtLeast(value, Math.max(...on) - slack));
        },
      ),
      {numRuns: 100},
    ));

  it('normmax: its optimality holds at any α', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({min: -40, max: 40}).map((k) => k / 32),
          {minLength: 1, maxLength: 9},
        ),
        fc.constantFrom(1.05, 1.5, 2, 5, 30, 100),
        (x, alpha) => {
          const p = Array.from(tf.tidy(() => projections.normmax(tf.tensor1d(x), {alpha}).dataSync()));
          expectClose(sum(p), 1, 1e-6);
          const norm = sum(p.map((value) => value ** alpha)) ** (1 / alpha);
          const level = p.map((value, i) => x[i] - (value / norm) ** (alpha - 1));
          const on = level.filter((_, i) => p[i] > 0);
          assert.isAtMost(Math.max(...on) - Math.min(...on), 2e-6 * alpha);
          level.forEach((value, i) => p[i] === 0 && assert.isAtMost(value, Math.min(...on) + 2e-6 * alpha));
        },
      ),
      {numRuns: 100},
    ));

  it('refuses an α that is no α, and makes its row NaN where it comes in a tensor', () => {
    const x = tf.tensor1d([1, 2]);
    for (const alpha of [0.5, NaN, Infinity]) {
      assert.match(
        messageOf(() => projections.entmax(x, {alpha})),
        /alpha must be finite and at least 1/,
      );
      assert.match(
        messageOf(() => projections.normmax(x, {alpha})),
        /alpha must be finite and greater than 1/,
      );
    }
    const y = tf.tidy(() =>
      projections.entmax(tf.tensor2d([X, X]), {alpha: tf.tensor1d([0.5, 1.5])}).arraySync(),
    );
    assert.isTrue((y as number[][])[0].every(Number.isNaN));
    expectClose((y as number[][])[1], entmaxInF64(X, 0.5), 2e-6);
    x.dispose();
  });
});
