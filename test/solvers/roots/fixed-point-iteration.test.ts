/** @file FixedPointIteration: solutions, status of each sample, implicit and unrolled gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../../src/autodiff/index.js';
import {FixedPointIteration} from '../../../src/solvers/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';

/** Newton's x for x = t·cos x, in double precision. */
function cosineRoot(t: number): number {
  let x = 0.5;
  for (let i = 0; i < 100; i++) x -= (x - t * Math.cos(x)) / (1 + t * Math.sin(x));
  return x;
}
const T = [0.2, 0.5, 0.9];
const ROOTS = T.map(cosineRoot);
const SLOPES = T.map((t, i) => Math.cos(ROOTS[i]) / (1 + t * Math.sin(ROOTS[i])));

const cosine = (x: tf.Tensor, t: tf.Tensor) => tf.mul(t, tf.cos(x));
const affine = (x: tf.Tensor, a: tf.Tensor) => tf.add(tf.mul(a, x), 1);
const column = (values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);

describeBackends('FixedPointIteration', () => {
  it('finds the fixed point of each sample, and says how', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {x, state} = new FixedPointIteration({fun: cosine}).run(tf.zeros([3, 1]), column(T));
        // The tolerance bounds |T(x) − x|; the error is that over 1 − |T′| > 0.4, times 1 + |x| < 1.7.
        expectClose(x, ROOTS, 0, 4.3e-6);
        assert.equal(state.status.dtype, 'int32');
        assert.equal(state.iterations.dtype, 'int32');
        expectClose(state.status, [0, 0, 0]);
        const [first, second, third] = state.iterations.dataSync();
        assert.isBelow(first, second);
        assert.isBelow(second, third);
        for (const residual of state.residual.dataSync()) assert.isAtMost(residual, 1e-6);
      }),
    ));

  it('gives each sample the status of its own end: solved, iteration limit, numerical error', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new FixedPointIteration({fun: affine}, {maxIterations: 60});
        const {x, state} = solver.run(tf.zeros([4, 1]), column([0.5, 0.999, 1e6, NaN]));
        expectClose(state.status, [0, 3, 4, 4]);
        expectClose(tf.slice(x, 0, 1), [2], 2e-6);
        const iterations = state.iterations.dataSync();
        assert.isBelow(iterations[0], 30);
        assert.equal(iterations[1], 60);
        assert.equal(iterations[3], 1);
      }),
    ));

  it('freezes a sample that is solved: its result does not depend on the others', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new FixedPointIteration({fun: cosine});
        const together = solver.run(tf.zeros([3, 1]), column(T));
        T.forEach((t, i) => {
          const alone = solver.run(tf.zeros([1, 1]), column([t]));
          expectClose(alone.x, together.x.dataSync().slice(i, i + 1), 0);
          expectClose(alone.state.iterations, together.state.iterations.dataSync().slice(i, i + 1), 0);
        });
      }),
    ));

  it('has the same gradient implicitly and unrolled', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const implicitDiff of [true, false]) {
          // A sample stops at the k-th step, when it stands still in f32: ρᵏ = 2⁻²⁴, and the unrolled derivative, which
          // still follows, lacks kρᵏ. k is 30 at most here.
          const allowed = implicitDiff ? 1e-6 : 30 * 2 ** -24;
          const solver = new FixedPointIteration(
            {fun: cosine},
            {implicitDiff, tolerance: 0, maxIterations: 60},
          );
          const f = (t: tf.Tensor) => solver.run(tf.zeros([3, 1]), t).x;
          expectClose(vjp(f, [column(T)], tf.ones([3, 1]))[0], SLOPES, allowed);
          expectClose(tf.grad((t) => tf.sum(f(t)))(column(T)), SLOPES, allowed);
        }
      }),
    ));

  it('unrolls only the steps that a sample took: one step from zero has the derivative of T alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new FixedPointIteration({fun: affine}, {implicitDiff: false, maxIterations: 2});
        // x₂ = a·(a·0 + 1) + 1, so ∂x₂/∂a = 1; at the fixed point it would be 1/(1 − a)².
        const f = (a: tf.Tensor) => solver.run(tf.zeros([1, 1]), a).x;
        expectClose(f(column([0.5])), 1.5);
        expectClose(vjp(f, [column([0.5])], tf.ones([1, 1]))[0], 1);
        const init = (x: tf.Tensor) => solver.run(x, column([0.5])).x;
        expectClose(vjp(init, [tf.zeros([1, 1])], tf.ones([1, 1]))[0], 0.25);
      }),
    ));

  it('takes structures for x and parameters', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type X = {u: tf.Tensor; v: tf.Tensor[]};
        const fun = ({u, v: [v]}: X, {a}: {a: tf.Tensor}): X => ({
          u: tf.mul(0.5, tf.add(u, a)),
          v: [tf.mul(0.25, tf.add(v, tf.concat([u, u], 1)))],
        });
        const solver = new FixedPointIteration({fun}, {tolerance: 1e-7});
        const init: X = {u: tf.zeros([2, 1]), v: [tf.zeros([2, 2])]};
        const f = (a: tf.Tensor) => solver.run(init, {a}).x;
        const {u, v} = f(column([3, 6]));
        expectClose(u, [3, 6], 1e-6);
        expectClose(v[0], [1, 1, 2, 2], 1e-6);
        const cotangent: X = {u: column([1, 1]), v: [tf.tensor2d([3, 6, 9, 12], [2, 2])]};
        expectClose(vjp(f, [column([3, 6])], cotangent)[0], [4, 8], 1e-6);
      }),
    ));

  it('takes one problem of any shape with batched: false', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // x = ½·mean(x) + t: one coupled system. mean(x) = 2·mean(t).
        const fun = (x: tf.Tensor, t: tf.Tensor) => tf.add(tf.mul(0.5, tf.mean(x)), t);
        const solver = new FixedPointIteration({fun}, {batched: false, tolerance: 1e-7});
        const t: tf.Tensor = tf.tensor1d([1, 2, 6]);
        const {x, state} = solver.run(tf.zeros([3]), t);
        expectClose(x, [4, 5, 9], 1e-6);
        assert.deepEqual(state.status.shape, [1]);
        expectClose(state.status, [0]);
        const f = (s: tf.Tensor) => solver.run(tf.zeros([3]), s).x;
        // I + (1/3)·11ᵀ.
        expectClose(vjp(f, [t], tf.tensor1d([1, 0, 0]))[0], [4 / 3, 1 / 3, 1 / 3], 1e-6);
        assert.match(
          messageOf(() => new FixedPointIteration({fun}).run(tf.zeros([3]), t)),
          /\{batched: false\}/,
        );
      }),
    ));

  it('starts from the guess: no step is lost on a solution', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {state} = new FixedPointIteration({fun: affine}).run(column([2, 0]), column([0.5, 0.5]));
        const [warm, cold] = state.iterations.dataSync();
        assert.equal(warm, 1);
        assert.isAbove(cold, 10);
      }),
    ));

  it('refuses options out of range', () => {
    const make = (options: object) => () => new FixedPointIteration({fun: cosine}, options);
    for (const maxIterations of [0, -1, 1.5, NaN]) {
      assert.match(
        messageOf(make({maxIterations})),
        /FixedPointIteration: maxIterations must be a positive integer, got/,
      );
    }
    for (const tolerance of [-1, NaN]) {
      assert.match(messageOf(make({tolerance})), /tolerance must not be negative, got/);
    }
  });
});
