/** @file AndersonAcceleration: faster than the plain iteration, also where that diverges. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../../src/autodiff/index.js';
import {AndersonAcceleration, FixedPointIteration} from '../../../src/solvers/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';

const column = (values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);

/** x ← a∘x + b, whose fixed point is b/(1 − a). */
const affine = (x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.add(tf.mul(a, x), b);

const A = [
  [0.9, 0.5, -0.3],
  [0.95, 0.2, 0.6],
];
const B = [
  [1, 2, 3],
  [-1, 0.5, 2],
];
const EXPECTED = A.flatMap((row, i) => row.map((a, j) => B[i][j] / (1 - a)));

const bent = (x: tf.Tensor, t: tf.Tensor) => tf.sub(t, tf.mul(1.5, tf.tanh(x)));
const T = [0.5, 1, 2];
/** Newton's x for x = t − 1.5·tanh x, in double precision; T′ = −1.5(1 − tanh²) is beyond −1 near zero. */
const BENT = T.map((t) => {
  let x = 0;
  for (let i = 0; i < 200; i++) {
    const h = Math.tanh(x);
    x -= (0.5 * (x + 1.5 * h - t)) / (1 + 1.5 * (1 - h * h));
  }
  return x;
});

describeAnyBackend('AndersonAcceleration', () => {
  it('solves an affine map of three unknowns in a few steps, each sample by itself', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [a, b] = [tf.tensor2d(A), tf.tensor2d(B)];
        const {x, state} = new AndersonAcceleration({fun: affine}).run(tf.zeros([2, 3]), a, b);
        expectClose(state.status, [0, 0]);
        // |T(x) − x| ≤ 1e-6·(1 + |x|), over 1 − a ≥ 0.05.
        expectClose(x, EXPECTED, 2e-5, 2e-5);
        const plain = new FixedPointIteration({fun: affine}).run(tf.zeros([2, 3]), a, b);
        const [fast, slow] = [state.iterations.dataSync(), plain.state.iterations.dataSync()];
        fast.forEach((count, i) => {
          assert.isAtMost(count, 15);
          assert.isAbove(slow[i], 50);
        });
      }),
    ));

  it('solves a map that is no contraction, where the plain iteration does not', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const options = {maxIterations: 100};
        const plain = new FixedPointIteration({fun: bent}, options).run(tf.zeros([3, 1]), column(T));
        assert.include(Array.from(plain.state.status.dataSync()), 3);
        const {x, state} = new AndersonAcceleration({fun: bent}, options).run(tf.zeros([3, 1]), column(T));
        expectClose(state.status, [0, 0, 0]);
        expectClose(x, BENT, 0, 5e-7);
      }),
    ));

  it('has the implicit gradient of its fixed point', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new AndersonAcceleration({fun: bent}, {tolerance: 1e-7});
        const f = (t: tf.Tensor) => solver.run(tf.zeros([3, 1]), t).x;
        const slopes = BENT.map((x) => 1 / (1 + 1.5 * (1 - Math.tanh(x) ** 2)));
        expectClose(vjp(f, [column(T)], tf.ones([3, 1]))[0], slopes, 1e-6);
        expectClose(tf.grad((t) => tf.sum(f(t)))(column(T)), slopes, 1e-6);
      }),
    ));

  it('has nearly the same gradient unrolled', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const slope = (implicitDiff: boolean) => {
          const solver = new AndersonAcceleration({fun: affine}, {implicitDiff, tolerance: 1e-6});
          const f = (b: tf.Tensor) => solver.run(tf.zeros([2, 3]), tf.tensor2d(A), b).x;
          return vjp(f, [tf.tensor2d(B) as tf.Tensor], tf.ones([2, 3]))[0];
        };
        const exact = A.flat().map((a) => 1 / (1 - a));
        expectClose(slope(true), exact, 2e-6);
        // The extrapolation's own derivative is as good as its residual, over 1 − a ≥ 0.05, squared.
        expectClose(slope(false), exact, 4e-5);
      }),
    ));

  it('gives each sample its own status', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const fun = (x: tf.Tensor, t: tf.Tensor) => tf.add(tf.square(x), t);
        // x = x² + t: a root at 0.1127 for t = 0.1, none for t = 1, NaN for NaN.
        const solver = new AndersonAcceleration({fun}, {maxIterations: 30});
        const {x, state} = solver.run(tf.zeros([3, 1]), column([0.1, 1, NaN]));
        const status = Array.from(state.status.dataSync());
        assert.equal(status[0], 0);
        assert.include([3, 4], status[1]);
        assert.equal(status[2], 4);
        expectClose(tf.slice(x, 0, 1), [(1 - Math.sqrt(0.6)) / 2], 0, 1e-7);
      }),
    ));

  it('takes structures, one problem with batched: false, a short history and damping', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type X = {u: tf.Tensor; v: tf.Tensor};
        const fun = ({u, v}: X, t: tf.Tensor): X => ({
          u: tf.mul(0.8, tf.add(tf.mean(v), t)),
          v: tf.mul(0.5, tf.add(v, u)),
        });
        // v = u and u = 0.8(u + t): u = 4t.
        const init: X = {u: tf.scalar(0), v: tf.zeros([2])};
        for (const options of [{}, {historySize: 1}, {mixing: 0.5}]) {
          const solver = new AndersonAcceleration({fun}, {batched: false, ...options});
          const {x, state} = solver.run(init, tf.scalar(2));
          expectClose(state.status, [0]);
          // The map contracts by 0.9: an error of ten residuals, of 1e-6·(1 + |x|) each.
          expectClose(x.u, 8, 0, 2e-4);
          expectClose(x.v, [8, 8], 0, 2e-4);
        }
      }),
    ));

  it('refuses options out of range', () => {
    const make = (options: object) => () => new AndersonAcceleration({fun: bent}, options);
    for (const historySize of [0, 1.5, NaN]) {
      assert.match(messageOf(make({historySize})), /historySize must be a positive integer, got/);
    }
    for (const mixing of [0, -1, 1.5, NaN]) {
      assert.match(messageOf(make({mixing})), /mixing must be in \(0, 1\], got/);
    }
    assert.match(messageOf(make({maxIterations: 0})), /AndersonAcceleration: maxIterations/);
  });
});
