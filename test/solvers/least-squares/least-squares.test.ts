/** @file GaussNewton and LevenbergMarquardt on nonlinear fits, with gradients against f64. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {enableHigherOrderGradients, solvers, vjp} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {withPrograms} from '../../helpers/programs.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {solveExactly} from '../../zoo/linear-systems.js';
import {vjpInF64} from '../../zoo/maps.js';

type Residual = (x: tf.Tensor, data: tf.Tensor) => tf.Tensor;

const TIMES = [0, 0.5, 1, 1.5, 2, 3];
/** a·exp(−k t) − y for x = (a, k). */
const decay: Residual = (x, y) => {
  const [a, k] = tf.split(x, 2, 1);
  return tf.sub(tf.mul(a, tf.exp(tf.neg(tf.mul(k, tf.tensor1d(TIMES))))), y);
};
/** Measurements with errors, so that the residuals are not zero at the solution. */
const MEASURED = [
  [2.1, 1.2, 0.75, 0.5, 0.2, 0.15],
  [0.9, 0.85, 0.6, 0.55, 0.5, 0.3],
].map((list) => list.map(Math.fround));

/** The fit in f64, by Newton's method on ½‖r‖² after a start from a line through log y. */
function decayInF64(y: number[]): number[] {
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  const logs = y.map(Math.log);
  const [t0, l0] = [mean(TIMES), mean(logs)];
  const slope =
    TIMES.reduce((s, t, i) => s + (t - t0) * (logs[i] - l0), 0) /
    TIMES.reduce((s, t) => s + (t - t0) ** 2, 0);
  let x = [Math.exp(l0 - slope * t0), -slope];
  for (let step = 0; step < 50; step++) {
    const [a, k] = x;
    const [g, H] = [
      [0, 0],
      [0, 0, 0, 0],
    ];
    TIMES.forEach((t, i) => {
      const e = Math.exp(-k * t);
      const r = a * e - y[i];
      const [ja, jk] = [e, -a * t * e];
      g[0] += r * ja;
      g[1] += r * jk;
      H[0] += ja * ja;
      H[1] += ja * jk - r * t * e;
      H[2] += ja * jk - r * t * e;
      H[3] += jk * jk + r * a * t * t * e;
    });
    const move = solveExactly(H, g);
    x = x.map((value, i) => value - move[i]);
  }
  return x;
}

const rosenbrock: Residual = (x, a) => {
  const [u, v] = tf.split(x, 2, 1);
  return tf.concat([tf.mul(10, tf.sub(v, tf.square(u))), tf.sub(a, u)], 1);
};

const METHODS = {
  GaussNewton: (residual: Residual, options = {}) =>
    new solvers.GaussNewton<tf.Tensor, [tf.Tensor]>({fun: residual}, options),
  LevenbergMarquardt: (residual: Residual, options = {}) =>
    new solvers.LevenbergMarquardt<tf.Tensor, [tf.Tensor]>({fun: residual}, options),
};

describeBackends('nonlinear least squares', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, make] of Object.entries(METHODS)) {
    it(`${name} fits an exponential, and has the gradient of the fit`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = make(decay);
          const init = tf.tensor2d([
            [1, 1],
            [1, 0.5],
          ]);
          const y: tf.Tensor = tf.tensor2d(MEASURED);
          const {x, state} = solver.run(init, y);
          expectClose(state.status, [0, 0]);
          expectClose(x, MEASURED.flatMap(decayInF64), 0, 1e-5);
          const d = [
            [1, -2],
            [0.5, 3],
          ];
          const [slopes] = vjp((at: tf.Tensor) => solver.run(init, at).x, [y], tf.tensor2d(d));
          expectClose(
            slopes,
            MEASURED.flatMap((list, i) => vjpInF64(decayInF64, [list], d[i])[0]),
            1e-5,
          );
        }),
      ));

    it(`${name} solves Rosenbrock's problem`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {x, state} = make(rosenbrock).run(
            tf.tensor2d([
              [-1.2, 1],
              [2, -1],
              [0, 3],
            ]),
            tf.tensor2d([[1], [0.5], [-2]]),
          );
          expectClose(state.status, [0, 0, 0]);
          expectClose(x, [1, 1, 0.5, 0.25, -2, 4], 0, 1e-5);
        }),
      ));

    it(`${name} goes to the nearest solution where J has not full rank`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          // Only the sum of the entries counts.
          const residual: Residual = (x, c) => {
            const total = tf.sum(x, 1, true);
            return tf.concat([tf.sub(total, c), tf.mul(2, tf.sub(total, c))], 1);
          };
          const {x, state} = make(residual).run(
            tf.tensor2d([
              [0, 0, 0],
              [1, 2, 3],
            ]),
            tf.tensor2d([[3], [0]]),
          );
          expectClose(state.status, [0, 0]);
          expectClose(x, [1, 1, 1, -1, 0, 1], 0, 4e-6);
        }),
      ));

    it(`${name} keeps a sample that is NaN to itself`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = make(decay);
          const init = tf.tensor2d([
            [1, 1],
            [1, 1],
            [1, 0.5],
          ]);
          const y: tf.Tensor = tf.tensor2d([MEASURED[0], [NaN, 1, 1, 1, 1, 1], MEASURED[1]]);
          const {x, state} = solver.run(init, y);
          expectClose(state.status, [0, 4, 0]);
          const expected = MEASURED.map(decayInF64);
          expectClose(x, [...expected[0], 0, 0, ...expected[1]], 0, 1e-5);
          const [slopes] = vjp((at: tf.Tensor) => solver.run(init, at).x, [y], tf.ones([3, 2]));
          expectClose(
            slopes,
            [
              ...vjpInF64(decayInF64, [MEASURED[0]], [1, 1])[0],
              ...Array<number>(6).fill(0),
              ...vjpInF64(decayInF64, [MEASURED[1]], [1, 1])[0],
            ],
            1e-5,
          );
        }),
      ));

    it(`${name} takes one problem with batched: false`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const residual: Residual = (x, c) => tf.sub(tf.square(tf.reshape(x, [4])), c);
          const {x, state} = make(residual, {batched: false}).run(tf.ones([2, 2]), tf.tensor1d([1, 4, 9, 2]));
          expectClose(state.status, [0]);
          expectClose(x, [1, 2, 3, Math.SQRT2], 4e-6);
        }),
      ));
  }

  it('LevenbergMarquardt gets there from where GaussNewton does not', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const residual: Residual = (x, c) => tf.atan(tf.sub(x, c));
        const [init, c] = [tf.tensor2d([[10], [-3]]), tf.tensor2d([[0], [1]])];
        const {x, state} = METHODS.LevenbergMarquardt(residual).run(init, c);
        expectClose(state.status, [0, 0]);
        expectClose(x, [0, 1], 0, 1e-5);
        // Without damping the steps grow, until arctan is flat in f32: that is no solution.
        expectClose(METHODS.GaussNewton(residual).run(init, c).state.status, [4, 4]);
      }),
    ));

  it('leaves nothing behind when the residual throws', () =>
    expectNoLeak(() => {
      for (const make of Object.values(METHODS)) {
        for (const calls of [1, 2, 3]) {
          let count = 0;
          const residual: Residual = (x, y) => {
            if (++count === calls) throw new Error('no data');
            return decay(x, y);
          };
          // In a program it is called once.
          const run = () =>
            withPrograms(calls < 3 ? 'on' : 'off', () =>
              tf.tidy(() => void make(residual).run(tf.ones([2, 2]), tf.tensor2d(MEASURED))),
            );
          assert.equal(messageOf(run), 'no data');
        }
      }
    }));

  it('LevenbergMarquardt refuses a damping that is not positive', () => {
    for (const damping of [0, -1, NaN]) {
      assert.match(
        messageOf(() => METHODS.LevenbergMarquardt(rosenbrock, {damping})),
        /^LevenbergMarquardt: damping must be positive/,
      );
    }
  });

  it('GaussNewton says so where x ran away until the Jacobian vanished', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // r = exp(−x²): from x = 3 the first step goes where r is flat but not zero in the second entry.
        const residual = (x: tf.Tensor) => tf.concat([tf.exp(tf.neg(tf.square(x))), tf.onesLike(x)], 1);
        const solver = new solvers.GaussNewton<tf.Tensor, []>({fun: residual});
        const {x, state} = solver.run(tf.tensor2d([[0.01]]));
        expectClose(state.status, [4]);
        expectClose(x, [0]);
      }),
    ));
});
