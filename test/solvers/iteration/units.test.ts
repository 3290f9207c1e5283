/** @file Statuses in the problem's own units: no scaling of x, f or F changes one, and what has no solution has none. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {enableHigherOrderGradients, solvers} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';

type F = (x: tf.Tensor) => tf.Tensor;
type Options = {maxIterations?: number; tolerance?: number; absoluteTolerance?: number};
type Result = {x: tf.Tensor; state: solvers.IterationState};
type Minimize = (fun: F, init: tf.Tensor, options?: Options) => Result;

const none = {lower: -Infinity, upper: Infinity};
const METHODS: Record<string, Minimize> = {
  ...Object.fromEntries(
    (['BFGS', 'LBFGS', 'NonlinearCG', 'Newton', 'GradientDescent'] as const).map((name) => [
      name,
      (fun: F, init: tf.Tensor, options?: Options) =>
        new solvers[name]<tf.Tensor, []>({fun}, options).run(init),
    ]),
  ),
  LBFGSB: (fun, init, options) => new solvers.LBFGSB<[]>({fun}, options).run(init, none),
  ProximalGradient: (fun, init, options) =>
    new solvers.ProximalGradient<tf.Tensor, null, []>({fun, prox: (y) => y}, options).run(init, null),
};
const ROOTS: Record<string, Minimize> = Object.fromEntries(
  (['NewtonRoot', 'Broyden'] as const).map((name) => [
    name,
    (fun: F, init: tf.Tensor, options?: Options) =>
      new solvers[name]<tf.Tensor, []>({fun}, options).run(init),
  ]),
);
const FITS: Record<string, Minimize> = Object.fromEntries(
  (['GaussNewton', 'LevenbergMarquardt'] as const).map((name) => [
    name,
    (residual: F, init: tf.Tensor, options?: Options) =>
      new solvers[name]<tf.Tensor, []>({residual}, options).run(init),
  ]),
);

const parts = (x: tf.Tensor) => tf.split(x, 2, 1);
const rows = (value: tf.Tensor) => tf.reshape(value, [-1]);
/** Least at (1, −2), not quadratic. */
const bowl: F = (x) => {
  const [u, v] = parts(x);
  const [a, b] = [tf.sub(u, 1), tf.add(v, 2)];
  const squares = tf.add(tf.mul(3, tf.square(a)), tf.add(tf.mul(2, tf.square(b)), tf.mul(2, tf.mul(a, b))));
  return rows(tf.add(squares, tf.mul(0.1, tf.square(tf.square(a)))));
};
/** Zero at (1, −2). */
const system: F = (x) => {
  const [u, v] = parts(x);
  return tf.concat([tf.add(tf.add(tf.square(u), v), 1), tf.add(tf.add(u, tf.mul(2, v)), 3)], 1);
};
/** A fit that leaves residuals, the entries of x of size 1. */
const fit: F = (x) => {
  const [u, v] = parts(x);
  return tf.concat([tf.sub(tf.square(u), 1), tf.add(v, 2), tf.add(tf.add(u, v), 1.5)], 1);
};
const twoScales: F = (x) => {
  const [u, v] = parts(x);
  return rows(tf.add(tf.square(tf.sub(u, 1e5)), tf.mul(0.01, tf.square(tf.sub(v, 1)))));
};
const statusOf = ({state}: Result) => Array.from(state.status.dataSync());
const scale = fc.integer({min: -8, max: 8}).map((power) => 10 ** power);
const scales = fc.array(fc.tuple(scale, scale), {minLength: 12, maxLength: 12});
const EXTREMES = [
  [1e8, 1e-8],
  [1e-8, 1e8],
  [1e-8, 1e-8],
];

describeAnyBackend('stopping in the units of the problem', () => {
  before(() => enableHigherOrderGradients());

  for (const [kind, methods, problem] of [
    ['minima', METHODS, bowl],
    ['roots', ROOTS, system],
    ['fits', FITS, fit],
  ] as const) {
    for (const [name, run] of Object.entries(methods)) {
      it(`${name}: scaling x and the function changes neither status nor solution (${kind})`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const init = tf.tensor2d([0.7, -1.2, 0.5, 0.1], [2, 2]);
            fc.assert(
              fc.property(scales, (drawn) =>
                tf.tidy(() => {
                  // A sample each: two starts by all scales.
                  const pairs = [[1, 1], ...EXTREMES, ...drawn].flatMap((pair) => [pair, pair]);
                  const [c, d] = [0, 1].map((i) => tf.tensor2d(pairs.map((pair) => [pair[i]])));
                  const scaled: F = (x) => {
                    const value = problem(tf.div(x, c));
                    return tf.mul(tf.reshape(d, value.rank === 1 ? [-1] : [-1, 1]), value);
                  };
                  const result = run(scaled, tf.mul(c, tf.tile(init, [pairs.length / 2, 1])));
                  const statuses = statusOf(result);
                  const failed = pairs.filter((_, i) => statuses[i] !== 0);
                  assert.deepEqual(failed, [], 'x times, f times');
                  const found = tf.div(result.x, c).arraySync() as number[][];
                  // The first two are those of the problem as it is.
                  expectClose(
                    found.flat(),
                    pairs.flatMap((_, i) => found[i % 2]),
                    2e-5,
                  );
                }),
              ),
              {numRuns: 1, seed: 5},
            );
          }),
        ));
    }
  }

  for (const [name, run] of Object.entries(METHODS)) {
    it(`${name}: a flat entry beside a large one is solved as well`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {x, state} = run(twoScales, tf.zeros([1, 2]), {maxIterations: 2000});
          expectClose(state.status, [0]);
          const [u, v] = x.dataSync();
          expectClose([u], [1e5], 2e-6);
          expectClose([v], [1], 2e-5);
        }),
      ));

    it(`${name}: what falls without end is unbounded, wherever it starts`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const starts = tf.tile(tf.tensor2d([[0], [1], [1e7]]), [1, 2]);
          const {x, state} = run((at) => tf.neg(tf.sum(at, 1)), starts);
          expectClose(state.status, [2, 2, 2]);
          expectClose(x, Array(6).fill(0));
          // −x², whose steps grow, too.
          expectClose(run((at) => tf.neg(tf.sum(tf.square(at), 1)), tf.ones([1, 2])).state.status, [2]);
        }),
      ));

    it(`${name}: few iterations are no solution, and an absolute tolerance stops earlier`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const init = tf.tensor2d([[30, 40]]);
          expectClose(run(bowl, init, {maxIterations: 1}).state.status, [3]);
          const early = run(bowl, init, {absoluteTolerance: 1});
          expectClose(early.state.status, [0]);
          const counts = [early, run(bowl, init)].map(({state}) => state.iterations.dataSync()[0]);
          assert.isAtMost(counts[0], counts[1]);
          expectClose(early.x, [1, -2], 0, 1);
        }),
      ));
  }

  it('a linear function that is given by its gradient alone, in steps of a fixed size, is not solved', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const gradient = (x: tf.Tensor) => tf.fill(x.shape, -1);
        const solver = new solvers.GradientDescent<tf.Tensor, []>({fun: {gradient}}, {stepSize: 0.1});
        const statuses = solver.run(tf.tensor2d([[0], [1e7]])).state.status.dataSync();
        for (const status of statuses) assert.include([3, 4], status);
      }),
    ));

  it('NonlinearCG goes through the valley of Rosenbrock’s function with any line search', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const valley: F = (x) => {
          const [u, v] = parts(x);
          return rows(tf.add(tf.mul(100, tf.square(tf.sub(v, tf.square(u)))), tf.square(tf.sub(u, 1))));
        };
        for (const name of ['zoom', 'backtracking'] as const) {
          const solver = new solvers.NonlinearCG<tf.Tensor, []>(
            {fun: valley},
            {lineSearch: solvers.lineSearches[name](), maxIterations: 1000},
          );
          const {x, state} = solver.run(tf.tensor2d([[-1.2, 1]]));
          expectClose(state.status, [0]);
          expectClose(x, [1, 1], 0, 1e-3);
        }
        const {x, state} = new solvers.NonlinearCG<tf.Tensor, []>({fun: valley}).run(tf.zeros([1, 2]));
        expectClose(state.status, [0]);
        expectClose(x, [1, 1], 0, 1e-3);
      }),
    ));

  it('NewtonRoot and Broyden give up soon where there is no root', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const run of Object.values(ROOTS)) {
          const {state} = run((x) => tf.add(tf.square(x), 1), tf.tensor2d([[1], [0.5], [3]]));
          expectClose(state.status, [3, 3, 3]);
          assert.isBelow(Math.max(...state.iterations.dataSync()), 60);
        }
      }),
    ));

  it('a fixed point is solved entry by entry', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const fun: F = (x) => {
          const [u, v] = parts(x);
          return tf.concat([tf.add(tf.mul(0.5, u), 5e4), tf.add(tf.mul(0.9, v), 0.1)], 1);
        };
        for (const name of ['FixedPointIteration', 'AndersonAcceleration'] as const) {
          const {x, state} = new solvers[name]<tf.Tensor, []>({fun}).run(tf.zeros([1, 2]));
          expectClose(state.status, [0]);
          expectClose(tf.slice(x, [0, 1]), [1], 2e-5);
        }
      }),
    ));
});
