/** @file conditions.stationary: its A is a second derivative, which plain tfjs gets wrong without a word. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {stationary} from '../../src/conditions/index.js';
import {customRoot} from '../../src/implicit/index.js';
import {cg} from '../../src/linsolve/public.js';
import {nthDerivative, type Unary} from '../autodiff/derivative.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const T = [0.5, 1, 4];
const column = (): tf.Tensor => tf.tensor2d(T, [3, 1]);

/** min Σ exp(x) − t·x: x = log t. */
const logarithm = stationary((x: tf.Tensor, t: tf.Tensor) => tf.sum(tf.sub(tf.exp(x), tf.mul(t, x)), 1));

/** min log cosh x − t·x by its gradient: x = artanh t. */
const artanh = stationary({gradient: (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.tanh(x), t)});

const H = [4, 1, 1, 3];
const quadratic = stationary((x: tf.Tensor, h: tf.Tensor, b: tf.Tensor) => {
  const hx = tf.matMul(x as tf.Tensor2D, h as tf.Tensor2D);
  return tf.sub(tf.mul(0.5, tf.sum(tf.mul(x, hx), 1)), tf.sum(tf.mul(b, x), 1));
});
/** H⁻¹ r. */
const solveH = ([r, s]: number[]) => [(3 * r - s) / 11, (4 * s - r) / 11];

describeBackends('conditions.stationary', () => {
  it('has a symmetric Jacobian, and says so', () => assert.deepEqual(logarithm.tags, {symmetric: true}));

  it('is the gradient of the objective', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = column();
        expectClose(
          logarithm(x, tf.ones([3, 1])),
          T.map((at) => Math.exp(at) - 1),
          1e-6,
        );
      }),
    ));

  it('gives the derivatives of a minimum to the third order', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const log: Unary = (t) => customRoot(logarithm)((_init, s) => tf.log(s))(null, t);
        const forms = [Math.log, (t: number) => 1 / t, (t: number) => -(t ** -2), (t: number) => 2 * t ** -3];
        forms.forEach((form, order) => expectClose(nthDerivative(log, order)(column()), T.map(form), 3e-6));
        expectClose(
          tf.grad((t) => tf.sum(log(t)))(column()),
          T.map((t) => 1 / t),
          1e-6,
        );
      }),
    ));

  it('takes a gradient that is written by hand', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const times = [-0.5, 0.25, 0.75];
        const f: Unary = (t) => customRoot(artanh)((_init, s) => tf.atanh(s))(null, t);
        const t = tf.tensor2d(times, [3, 1]);
        expectClose(
          nthDerivative(f, 1)(t),
          times.map((s) => 1 / (1 - s * s)),
          1e-6,
        );
        expectClose(
          nthDerivative(f, 2)(t),
          times.map((s) => (2 * s) / (1 - s * s) ** 2),
          3e-6,
        );
      }),
    ));

  for (const [name, options] of [
    ['auto', {}],
    ['cg', {linsolve: cg()}],
  ] as const) {
    it(`gives the gradient of a coupled quadratic, with linsolve.${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const rhs = [
            [1, 2],
            [-3, 1],
          ];
          const x = rhs.map(solveH);
          const solve = customRoot(quadratic, options)(() => tf.tensor2d(x));
          const v = [
            [1, -1],
            [0.5, 2],
          ];
          const f = (h: tf.Tensor, b: tf.Tensor) => solve(null, h, b);
          const [dh, db] = vjp(f, [tf.tensor2d(H, [2, 2]), tf.tensor2d(rhs)], tf.tensor2d(v));
          const u = v.map(solveH);
          expectClose(db, u.flat(), 1e-6);
          // The objective sees the symmetric part of h: −½(u xᵀ + x uᵀ), summed over the batch.
          const expected = [0, 1, 2, 3].map((at) => {
            const [i, j] = [at >> 1, at & 1];
            return -x.reduce((sum, row, k) => sum + 0.5 * (u[k][i] * row[j] + row[i] * u[k][j]), 0);
          });
          expectClose(dh, expected, 1e-6);
        }),
      ));
  }

  it('takes structures for x', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type X = {u: tf.Tensor; v: tf.Tensor[]};
        // min (u − t)² + (v − 2u)²: u = t and v = 2t.
        const condition = stationary(({u, v: [v]}: X, t: tf.Tensor) =>
          tf.sum(tf.add(tf.square(tf.sub(u, t)), tf.square(tf.sub(v, tf.mul(2, u)))), 1),
        );
        const solve = customRoot(condition)((_init, t) => ({u: t, v: [tf.mul(2, t)]}));
        const f = (t: tf.Tensor) => solve(null, t);
        const cotangent = {u: column(), v: [tf.ones([3, 1])]};
        expectClose(
          vjp(f, [column()], cotangent)[0],
          T.map((t) => t + 2),
          1e-6,
        );
      }),
    ));
});
