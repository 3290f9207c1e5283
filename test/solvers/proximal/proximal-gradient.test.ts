/** @file ProximalGradient on lasso problems with a known solution. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../../src/autodiff/index.js';
import {simplex} from '../../../src/projections/index.js';
import {lasso} from '../../../src/prox/index.js';
import {ProximalGradient} from '../../../src/solvers/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';

// f(x; b) = ½xᵀHx − bᵀx, eigenvalues 1.38 and 3.62; supports of two, one and no entry.
const fun = (x: tf.Tensor, b: tf.Tensor) => {
  const hx = tf.matMul(x as tf.Tensor2D, tf.tensor2d([3, 1, 1, 2], [2, 2]));
  return tf.sub(tf.mul(0.5, tf.sum(tf.mul(x, hx), 1)), tf.sum(tf.mul(b, x), 1));
};
const prox = (y: tf.Tensor, l1: tf.Tensor, scaling?: number | tf.Tensor) => lasso(y, l1, scaling);
const solveH = ([r, s]: number[]) => [(2 * r - s) / 5, (3 * s - r) / 5];
const B = [4, -3, 3, 0.8, 0.4, -0.3];
const LASSO = [...solveH([3.5, -2.5]), 2.5 / 3, 0, 0, 0];
const V = [1, 2, -3, 4, 5, 6];
const ADJOINTS = [...solveH([1, 2]), -1, 0, 0, 0];
const SIGNS = [1, -1, 1, 0, 0, 0];

const init = () => tf.zeros([3, 2]);
const b = (): tf.Tensor => tf.tensor2d(B, [3, 2]);
const v = () => tf.tensor2d(V, [3, 2]);
const l1 = (): tf.Tensor => tf.scalar(0.5);

describeAnyBackend('ProximalGradient', () => {
  for (const acceleration of [true, false]) {
    const kind = acceleration ? 'accelerated' : 'plain';

    it(`solves a lasso problem (${kind})`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = new ProximalGradient({fun, prox}, {stepSize: 0.25, acceleration});
          const {x, state} = solver.run(init(), l1(), b());
          expectClose(state.status, [0, 0, 0]);
          // A step of 0.25 contracts by 1 − 0.25·1.38: an error of three residuals, of 1e-6·(1 + |x|).
          expectClose(x, LASSO, 0, 1e-5);
          expectClose(tf.equal(x, 0), [0, 0, 0, 1, 1, 1]);
        }),
      ));

    for (const implicitDiff of [true, false]) {
      it(`has the gradients of the solution (${kind}, implicitDiff: ${implicitDiff})`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const options = {stepSize: 0.25, acceleration, implicitDiff, tolerance: 0, maxIterations: 80};
            const solver = new ProximalGradient({fun, prox}, options);
            const f = (...ps: [tf.Tensor, tf.Tensor]) => solver.run(init(), ...ps).x;
            const [dl1, db] = vjp(f, [l1(), b()], v());
            expectClose(db, ADJOINTS, 2e-6);
            expectClose(dl1, -ADJOINTS.reduce((sum, u, i) => sum + u * SIGNS[i], 0), 2e-6);
          }),
        ));
    }
  }

  it('is faster with acceleration on a stretched problem', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const curvature = tf.tensor1d([1, 0.01]);
        const stretched = (x: tf.Tensor, c: tf.Tensor) =>
          tf.mul(0.5, tf.sum(tf.mul(curvature, tf.square(tf.sub(x, c))), 1));
        const c: tf.Tensor = tf.tensor2d([[1, 1]]);
        const count = (acceleration: boolean) => {
          const solver = new ProximalGradient({fun: stretched, prox}, {acceleration, maxIterations: 2000});
          const {state} = solver.run(tf.zeros([1, 2]), tf.scalar(0.001), c);
          expectClose(state.status, [0]);
          return state.iterations.dataSync()[0];
        };
        assert.isBelow(count(true), count(false) / 4);
      }),
    ));

  it('takes a step size that depends on the parameters, and a gradient written by hand', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const gradient = (x: tf.Tensor, rhs: tf.Tensor) =>
          tf.sub(tf.matMul(x as tf.Tensor2D, tf.tensor2d([3, 1, 1, 2], [2, 2])), rhs);
        const stepSize = (rhs: tf.Tensor) =>
          tf.div(0.25, tf.add(1, tf.mul(0.01, tf.sum(tf.abs(rhs), 1, true))));
        const solver = new ProximalGradient({fun: {gradient}, prox}, {stepSize});
        const f = (rhs: tf.Tensor) => solver.run(init(), l1(), rhs).x;
        expectClose(f(b()), LASSO, 0, 1e-5);
        expectClose(vjp(f, [b()], v())[0], ADJOINTS, 2e-6);
      }),
    ));

  it('minimises over a set when the prox is a projection', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const distance = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, c)), 1));
        const solver = new ProximalGradient(
          {fun: distance, prox: (y: tf.Tensor) => simplex(y)},
          {stepSize: 0.5},
        );
        const c: tf.Tensor = tf.tensor2d([[1, 0.75, -0.5]]);
        const f = (at: tf.Tensor) => solver.run(tf.zeros([1, 3]), null, at).x;
        expectClose(f(c), [0.625, 0.375, 0], 0, 4e-6);
        expectClose(vjp(f, [c], tf.tensor2d([[3, 1, 7]]))[0], [1, -1, 0], 2e-6);
      }),
    ));

  it('takes one problem of any shape with batched: false', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const distance = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, c))));
        const solver = new ProximalGradient({fun: distance, prox}, {batched: false, stepSize: 0.5});
        const f = (c: tf.Tensor) => solver.run(tf.zeros([3]), l1(), c).x;
        const c: tf.Tensor = tf.tensor1d([2, -3, 0.25]);
        expectClose(f(c), [1.5, -2.5, 0], 0, 1e-5);
        expectClose(vjp(f, [c], tf.tensor1d([1, 2, 3]))[0], [1, 2, 0], 2e-6);
      }),
    ));

  it('says so when the step is too long for a sample', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const scaled = (x: tf.Tensor, c: tf.Tensor) =>
          tf.mul(0.5, tf.sum(tf.mul(c, tf.square(tf.sub(x, 1))), 1));
        const solver = new ProximalGradient(
          {fun: scaled, prox},
          {acceleration: false, maxIterations: 40, stepSize: 1},
        );
        // Curvatures 1 and 100 at step 1: the second runs away.
        const {state} = solver.run(tf.zeros([2, 1]), tf.scalar(0), tf.tensor2d([[1], [100]]));
        expectClose(state.status, [0, 4]);
      }),
    ));

  it('refuses options out of range', () => {
    assert.match(
      messageOf(() => new ProximalGradient({fun, prox}, {maxIterations: 0})),
      /ProximalGradient: maxIterations must be a positive integer/,
    );
    assert.match(
      messageOf(() => new ProximalGradient({fun, prox}, {tolerance: -1})),
      /ProximalGradient: tolerance must not be negative/,
    );
  });
});
