/** @file `implicitDiff: false` in every solver, under a plain tf.grad, against closed forms; what cannot be so throws. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, projections, prox, solvers} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';

type Run = (lambda: tf.Tensor) => tf.Tensor;
type Options = {implicitDiff: boolean; tolerance: number; maxIterations: number};

/** ½ λ₁(w₁ − 1)² + ½ λ₂w₂² + ½ w₁w₂ − w₂ for λ [B, 2]. */
const fun = (w: tf.Tensor, lambda: tf.Tensor) => {
  const [[u, v], [a, b]] = [w, lambda].map((pair) => tf.split(pair, 2, 1));
  const squares = tf.add(tf.mul(a, tf.square(tf.sub(u, 1))), tf.mul(b, tf.square(v)));
  return tf.reshape(tf.sub(tf.mul(0.5, tf.add(squares, tf.mul(u, v))), v), [-1]);
};
/** Its gradient. */
const slope = (w: tf.Tensor, lambda: tf.Tensor) => {
  const [[u, v], [a, b]] = [w, lambda].map((pair) => tf.split(pair, 2, 1));
  return tf.concat(
    [tf.add(tf.mul(a, tf.sub(u, 1)), tf.mul(0.5, v)), tf.sub(tf.add(tf.mul(b, v), tf.mul(0.5, u)), 1)],
    1,
  );
};
const LAMBDA = [
  [1.5, 2],
  [1.25, 0.75],
];
/** a(u − 1) + v/2 = 0 and bv + u/2 = 1. */
const solution = ([a, b]: number[]) => {
  const det = a * b - 0.25;
  return [(a * b - 0.5) / det, (a - a / 2) / det];
};
const D = [
  [1, -2],
  [0.5, 3],
];
const slopesInF64 = LAMBDA.map((at, i) =>
  at.map((_, k) => {
    const h = 1e-6;
    const [up, down] = [h, -h].map((step) => solution(at.map((value, j) => value + (j === k ? step : 0))));
    return D[i].reduce((sum, d, j) => sum + (d * (up[j] - down[j])) / (2 * h), 0);
  }),
);
/** In least squares: r = (√a(u − 1), …) would hide λ; J is constant, but the residual is not zero. */
const residual = (w: tf.Tensor, lambda: tf.Tensor) => {
  const [[u, v], [a, b]] = [w, lambda].map((pair) => tf.split(pair, 2, 1));
  return tf.concat(
    [tf.sub(tf.mul(a, u), 1), tf.sub(tf.mul(b, v), 2), tf.add(u, tf.mul(0.25, tf.square(v)))],
    1,
  );
};

const start = () => tf.tensor2d([0.3, 0.2, 0.4, 0.1], [2, 2]);
const plain =
  (make: (options: Options) => {run: (init: tf.Tensor, lambda: tf.Tensor) => {x: tf.Tensor}}) =>
  (options: Options): Run =>
  (lambda) =>
    make(options).run(start(), lambda).x;
type P = [tf.Tensor];
const METHODS: Record<string, (options: Options) => Run> = {
  ...Object.fromEntries(
    (['GradientDescent', 'BFGS', 'LBFGS', 'NonlinearCG', 'Newton'] as const).map((name) => [
      name,
      plain((options) => new solvers[name]<tf.Tensor, P>({fun}, options)),
    ]),
  ),
  LBFGSB: (options) => (lambda) =>
    new solvers.LBFGSB<P>({fun}, options).run(start(), {lower: -9, upper: 9}, lambda).x,
  NewtonRoot: plain((options) => new solvers.NewtonRoot<tf.Tensor, P>({fun: slope}, options)),
  Broyden: plain((options) => new solvers.Broyden<tf.Tensor, P>({fun: slope}, options)),
  FixedPointIteration: plain(
    (options) =>
      new solvers.FixedPointIteration<tf.Tensor, P>(
        {fun: (w, lambda) => tf.sub(w, tf.mul(0.4, slope(w, lambda)))},
        options,
      ),
  ),
  AndersonAcceleration: plain(
    (options) =>
      new solvers.AndersonAcceleration<tf.Tensor, P>(
        {fun: (w, lambda) => tf.sub(w, tf.mul(0.4, slope(w, lambda)))},
        options,
      ),
  ),
  ProximalGradient: (options) => (lambda) =>
    new solvers.ProximalGradient<tf.Tensor, number, P>({fun, prox: prox.lasso}, options).run(
      start(),
      0,
      lambda,
    ).x,
  ProjectedGradient: (options) => (lambda) =>
    new solvers.ProjectedGradient<tf.Tensor, projections.BoxParams, P>(
      {fun, projection: projections.box},
      options,
    ).run(start(), {lower: -9, upper: 9}, lambda).x,
  BlockCoordinateDescent: (options) => (lambda) =>
    tf.concat(
      new solvers.BlockCoordinateDescent<tf.Tensor[], P>(
        {fun: (x, at) => fun(tf.concat(x, 1), at), prox: prox.none as never},
        options,
      ).run(tf.split(start(), 2, 1), null, lambda).x,
      1,
    ),
};

/** For methods of linear convergence; the others stand still after about ten. */
const ITERATIONS: Record<string, number> = {
  ...{FixedPointIteration: 60, AndersonAcceleration: 30, GradientDescent: 30},
  ...{ProximalGradient: 30, ProjectedGradient: 30, BlockCoordinateDescent: 30},
};

const gradientOf = (run: Run, at: number[][]) =>
  tf.grad((lambda: tf.Tensor) => tf.sum(tf.mul(tf.tensor2d(D), run(lambda))))(tf.tensor2d(at));

describeAnyBackend('unrolled gradients under a plain tf.grad', () => {
  for (const [name, make] of Object.entries(METHODS)) {
    it(`${name} has the gradient of its solution`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const run = make({
            implicitDiff: false,
            tolerance: 0,
            maxIterations: ITERATIONS[name] ?? 15,
          });
          expectClose(run(tf.tensor2d(LAMBDA)), LAMBDA.flatMap(solution), 1e-5);
          expectClose(gradientOf(run, LAMBDA), slopesInF64.flat(), 2e-3);
        }),
      ));
  }

  for (const name of ['GaussNewton', 'LevenbergMarquardt'] as const) {
    it(`${name} has the gradient of a fit that leaves residuals`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const make = (implicitDiff: boolean) =>
            plain((options) => new solvers[name]<tf.Tensor, P>({fun: residual}, {...options, implicitDiff}))({
              ...{implicitDiff, tolerance: implicitDiff ? 1e-6 : 0, maxIterations: 30},
            });
          const [unrolled, implicit] = [false, true].map((mode) => gradientOf(make(mode), LAMBDA));
          assert.isAbove(tf.max(tf.abs(implicit)).dataSync()[0], 0.1);
          expectClose(unrolled, implicit, 1e-3);
        }),
      ));
  }

  it('the slope of 1/λ is −1/λ², also after a loss that hides a zero', () =>
    tf.tidy(() => {
      const inverse = (w: tf.Tensor, lambda: tf.Tensor) =>
        tf.sum(tf.sub(tf.mul(tf.mul(0.5, lambda), tf.square(w)), w), 1);
      for (const name of ['Newton', 'LBFGS', 'BFGS', 'NonlinearCG'] as const) {
        const solver = new solvers[name]<tf.Tensor, P>(
          {fun: inverse},
          {implicitDiff: false, tolerance: 0, maxIterations: 12},
        );
        const run = (lambda: tf.Tensor) => solver.run(tf.ones([1, 1]), lambda).x;
        expectClose(tf.grad((lambda: tf.Tensor) => tf.sum(run(lambda)))(tf.tensor2d([[2]])), [-0.25], 1e-4);
      }
    }));

  it('MirrorDescent has the gradient of its solution', () =>
    tf.tidy(() => {
      const run = (implicitDiff: boolean) => (c: tf.Tensor) =>
        new solvers.MirrorDescent<tf.Tensor, null, P>(
          {
            fun: (x, at) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, at)), 1)),
            geometry: conditions.entropy as never,
          },
          {implicitDiff, maxIterations: 200},
        ).run(tf.fill([2, 2], 0.5), null, c).x;
      const at = [
        [0.6, 0.3],
        [0.5, 0.8],
      ];
      expectClose(gradientOf(run(false), at), gradientOf(run(true), at), 1e-3);
    }));

  it('Bisection says at once that its halvings have no derivative', () => {
    const options = {implicitDiff: false} as never;
    assert.match(
      messageOf(() => new solvers.Bisection({fun: (x) => x}, options)),
      /^Bisection: implicitDiff cannot be false, .* NewtonRoot/,
    );
  });
});
