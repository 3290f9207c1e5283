/** @file The root finders on systems with roots in closed form. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, enableHigherOrderGradients, solvers, vjp, type Condition} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';

type F = Condition<tf.Tensor, [tf.Tensor]>;

/** x + y = s, xy = p: x and y are the roots of z² − sz + p, x the larger one. */
const vieta: F = (x, data) => {
  const [u, v] = tf.split(x, 2, 1);
  const [s, p] = tf.split(data, 2, 1);
  return tf.concat([tf.sub(tf.add(u, v), s), tf.sub(tf.mul(u, v), p)], 1);
};
const DATA = [
  [5, 6],
  [1, -2],
  [4, 2],
];
const ROOTS = DATA.map(([s, p]) => [1, -1].map((sign) => (s + sign * Math.sqrt(s * s - 4 * p)) / 2));
const V = [
  [1, 2],
  [-1, 3],
  [0.5, 0.25],
];
/** dᵀ∂(x, y)/∂(s, p): ∂x = (x ds − dp)/(x − y), ∂y = (dp − y ds)/(x − y). */
const SLOPES = ROOTS.map(([x, y], i) => [
  (V[i][0] * x - V[i][1] * y) / (x - y),
  (V[i][1] - V[i][0]) / (x - y),
]);
const near = () => tf.tensor2d(ROOTS.map(([x, y]) => [x + 0.3, y - 0.2]));

/** arctan is so flat far out that full Newton steps diverge from |x| > 1.39. */
const flat: F = (x, c) => tf.atan(tf.sub(x, c));

const RULES: Record<
  string,
  (fun: F, options?: object) => solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>
> = {
  NewtonRoot: (fun, options) => new solvers.NewtonRoot<tf.Tensor, [tf.Tensor]>({fun}, options) as never,
  Broyden: (fun, options) => new solvers.Broyden<tf.Tensor, [tf.Tensor]>({fun}, options) as never,
};

describeBackends('root finding', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, make] of Object.entries(RULES)) {
    it(`${name} finds the roots of a system, and their gradient`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = make(vieta, {tolerance: 1e-6});
          const {x, state} = solver.run(near(), tf.tensor2d(DATA));
          expectClose(state.status, [0, 0, 0]);
          expectClose(x, ROOTS.flat(), 0, 1e-5);
          const [slopes] = vjp(
            (data: tf.Tensor) => solver.run(near(), data).x,
            [tf.tensor2d(DATA) as tf.Tensor],
            tf.tensor2d(V),
          );
          expectClose(slopes, SLOPES.flat(), 1e-5);
        }),
      ));

    it(`${name} shortens steps that are too long`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {x, state} = make(flat).run(tf.tensor2d([[8], [-20], [0.1]]), tf.tensor2d([[1], [2], [0]]));
          expectClose(state.status, [0, 0, 0]);
          expectClose(x, [1, 2, 0], 0, 1e-5);
        }),
      ));

    it(`${name} says so where there is no root, and keeps NaN to its sample`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          // x² + c.
          const fun: F = (x, c) => tf.add(tf.square(x), c);
          const solver = make(fun, {maxIterations: 25});
          const solve = (c: tf.Tensor) => solver.run(tf.tensor2d([[1], [1], [1], [3]]), c);
          const c: tf.Tensor = tf.tensor2d([[-4], [1], [NaN], [-9]]);
          const {x, state} = solve(c);
          expectClose(state.status, [0, 3, 4, 0]);
          const outer = (of: tf.Tensor) => tf.gather(of, tf.tensor1d([0, 3], 'int32'));
          expectClose(outer(x), [2, 3], 1e-6);
          expectClose(tf.slice(x, 2, 1), [0], 0);
          const [slope] = vjp((at: tf.Tensor) => solve(at).x, [c], tf.ones([4, 1]));
          // dx/dc = −1/(2x).
          expectClose(outer(slope), [-1 / 4, -1 / 6], 1e-5);
          expectClose(tf.slice(slope, 2, 1), [0], 0);
        }),
      ));

    it(`${name} has the same results for a batch and one by one`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = make(vieta);
          const init = near();
          const data = tf.tensor2d(DATA);
          const together = solver.run(init, data);
          [0, 1, 2].forEach((i) => {
            const {x, state} = solver.run(tf.slice(init, i, 1), tf.slice(data, i, 1));
            expectClose(tf.slice(together.x, i, 1), x, 1e-6);
            expectClose(tf.slice(together.state.iterations as tf.Tensor, i, 1), state.iterations, 0);
          });
        }),
      ));

    it(`${name} takes one system of any shape with batched: false`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const fun: F = (x, c) => tf.sub(tf.add(x, tf.mul(0.25, tf.sum(tf.square(x)))), c);
          const {x, state} = make(fun, {batched: false}).run(tf.zeros([2, 2]), tf.fill([2, 2], 2));
          expectClose(state.status, [0]);
          // x + x² = 2.
          expectClose(x, [1, 1, 1, 1], 4e-6);
        }),
      ));
  }

  it('NewtonRoot has the same gradient by the condition of Newton’s method', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new solvers.NewtonRoot<tf.Tensor, [tf.Tensor]>(
          {fun: vieta},
          {condition: conditions.newton(vieta)},
        );
        const [slopes] = vjp(
          (data: tf.Tensor) => solver.run(near(), data).x,
          [tf.tensor2d(DATA) as tf.Tensor],
          tf.tensor2d(V),
        );
        expectClose(slopes, SLOPES.flat(), 1e-5);
      }),
    ));

  it('Broyden needs fewer steps from the sign of a contraction', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // T(x) − x, whose Jacobian is nearly −I.
        const fun: F = (x, c) => tf.sub(tf.add(tf.mul(0.1, tf.sin(x)), c), x);
        const count = (gamma: number) => {
          const solver = new solvers.Broyden<tf.Tensor, [tf.Tensor]>({fun}, {gamma});
          const {state} = solver.run(tf.zeros([1, 2]), tf.tensor2d([[1, -2]]));
          expectClose(state.status, [0]);
          return state.iterations.dataSync()[0];
        };
        assert.isBelow(count(-1), 8);
      }),
    ));

  it('Broyden refuses a first approximation that is singular', () => {
    for (const gamma of [0, NaN, Infinity]) {
      assert.match(
        messageOf(() => new solvers.Broyden({fun: (x) => x}, {gamma})),
        /^Broyden: gamma must be finite and not zero/,
      );
    }
  });
});

describeBackends('Bisection', () => {
  /** ±(x³ + x − c), the root of a growing or a falling function. */
  const cubic =
    (sign: 1 | -1): F =>
    (x, c) =>
      tf.mul(sign, tf.sub(tf.add(tf.pow(x, 3), x), c));
  const ROOT = [0.5, -0.5, 1, 1.75, 0, -1.25];
  const C = ROOT.map((x) => x ** 3 + x);

  for (const sign of [1, -1] as const) {
    it(`finds an entry each of [B, k], ${sign > 0 ? 'rising' : 'falling'}, and the gradient`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = new solvers.Bisection<[tf.Tensor]>({fun: cubic(sign)}, {lower: -3, upper: 2});
          const c: tf.Tensor = tf.tensor2d(C, [2, 3]);
          const {x, state} = solver.run(tf.zeros([2, 3]), c);
          expectClose(state.status, [0, 0]);
          expectClose(x, ROOT, 0, 2e-6);
          const v = [1, 2, 3, 4, 5, 6];
          const [slope] = vjp(
            (at: tf.Tensor) => solver.run(tf.zeros([2, 3]), at).x,
            [c],
            tf.tensor2d(v, [2, 3]),
          );
          expectClose(
            slope,
            ROOT.map((root, i) => v[i] / (3 * root * root + 1)),
            5e-6,
          );
        }),
      ));
  }

  it('takes a bracket of tensors, rising for some entries and falling for others', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // cos x = c has a falling root in [0, π] and a rising one in [−π, 0].
        const fun: F = (x, c) => tf.sub(tf.cos(x), c);
        const lower = tf.tensor2d([
          [0, -3.14],
          [0, -3.14],
        ]);
        const upper = tf.tensor2d([
          [3.14, 0],
          [3.14, 0],
        ]);
        const solver = new solvers.Bisection<[tf.Tensor]>({fun}, {lower, upper});
        const c = [0.5, 0.5, -0.25, 0.8];
        const {x, state} = solver.run(tf.zeros([2, 2]), tf.tensor2d(c, [2, 2]));
        expectClose(state.status, [0, 0]);
        expectClose(
          x,
          c.map((value, i) => (i % 2 ? -1 : 1) * Math.acos(value)),
          0,
          5e-6,
        );
      }),
    ));

  it('gives status 5, zero and a zero gradient to a sample without a change of sign', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new solvers.Bisection<[tf.Tensor]>({fun: cubic(1)}, {lower: -1, upper: 1});
        const c: tf.Tensor = tf.tensor2d([
          [1, -1],
          [0.5, 40],
          [NaN, 0],
          [0, 1.5],
        ]);
        const run = (at: tf.Tensor) => solver.run(tf.zeros([4, 2]), at);
        const {x, state} = run(c);
        expectClose(state.status, [0, 5, 4, 0]);
        const found = (1 / 3) ** 0.5 * 2 * Math.sinh(Math.asinh(1.5 * Math.sqrt(3)) / 3);
        expectClose(tf.slice(x, 0, 1), [found, -found], 0, 2e-6);
        expectClose(tf.slice(x, 1, 2), [0, 0, 0, 0], 0);
        const [slope] = vjp((at: tf.Tensor) => run(at).x, [c], tf.ones([4, 2]));
        const known = 1 / (3 * found * found + 1);
        expectClose(tf.slice(slope, 0, 1), [known, known], 5e-6);
        expectClose(tf.slice(slope, 1, 2), [0, 0, 0, 0], 0);
      }),
    ));

  it('takes a root at an end of the bracket', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const sign of [1, -1] as const) {
          const solver = new solvers.Bisection<[tf.Tensor]>({fun: cubic(sign)}, {lower: 0, upper: 1});
          const {x, state} = solver.run(tf.zeros([2, 1]), tf.tensor2d([[0], [2]]));
          expectClose(state.status, [0, 0]);
          expectClose(x, [0, 1], 0, 2e-6);
        }
      }),
    ));

  it('ends where the bracket is as narrow as f32 allows', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // A jump has no point with |F| ≤ tolerance.
        const fun: F = (x, c) => tf.sub(tf.mul(2, tf.cast(tf.greater(x, c), 'float32')), 1);
        const solver = new solvers.Bisection<[tf.Tensor]>({fun}, {lower: 0, upper: 1, tolerance: 0});
        const {x, state} = solver.run(tf.zeros([1, 1]), tf.tensor2d([[0.3]]));
        expectClose(state.status, [0]);
        expectClose(x, [0.3], 1e-7);
      }),
    ));

  it('refuses a bracket that is upside down', () => {
    assert.match(
      messageOf(() => new solvers.Bisection({fun: (x) => x}, {lower: 1, upper: -1})),
      /^Bisection: lower must be below upper, got 1 and -1/,
    );
  });

  it('Broyden turns round where its first direction leads uphill', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const away = (x: tf.Tensor, c: tf.Tensor) => tf.sub(tf.mul(3, c), tf.mul(3, x));
        const solver = new solvers.Broyden<tf.Tensor, [tf.Tensor]>({fun: away});
        const {x, state} = solver.run(tf.zeros([2, 1]), tf.tensor2d([[2], [-1]]));
        expectClose(state.status, [0, 0]);
        expectClose(x, [2, -1], 1e-6);
      }),
    ));
});
