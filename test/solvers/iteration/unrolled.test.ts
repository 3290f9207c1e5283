/** @file Gradients through the iterations, and truncated series, against the implicit gradient and closed forms. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, enableHigherOrderGradients, linsolve, prox, solvers, vjp} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {multiply, transposed} from '../../zoo/linear-systems.js';

type Run = (c: tf.Tensor) => tf.Tensor;
type Options = {implicitDiff: boolean; tolerance: number; maxIterations: number};

const C = [
  [0.6, 0.3, -0.4],
  [0.5, -0.2, 0.9],
];
const H = [3, 1, 0, 1, 2, 0.5, 0, 0.5, 2.5];
/** ½(x − c)ᵀH(x − c) + ¼‖x‖⁴. */
const fun = (x: tf.Tensor, at: tf.Tensor) => {
  const r = tf.sub(x, at);
  const Hr = tf.matMul(r as tf.Tensor2D, tf.tensor2d(H, [3, 3]));
  return tf.add(tf.mul(0.5, tf.sum(tf.mul(r, Hr), 1)), tf.mul(0.25, tf.square(tf.sum(tf.square(x), 1))));
};
const start = () => tf.fill([2, 3], 1 / 3);
const plain =
  (make: (options: Options) => {run: (init: tf.Tensor, c: tf.Tensor) => {x: tf.Tensor}}) =>
  (options: Options): Run =>
  (c) =>
    make(options).run(start(), c).x;

const METHODS: Record<string, (options: Options) => Run> = {
  GradientDescent: plain((options) => new solvers.GradientDescent<tf.Tensor, [tf.Tensor]>({fun}, options)),
  BFGS: plain((options) => new solvers.BFGS<tf.Tensor, [tf.Tensor]>({fun}, options)),
  LBFGS: plain((options) => new solvers.LBFGS<tf.Tensor, [tf.Tensor]>({fun}, options)),
  ...Object.fromEntries(
    (['polakRibiere', 'fletcherReeves', 'hestenesStiefel'] as const).map((method) => [
      `NonlinearCG, ${method}`,
      plain((options) => new solvers.NonlinearCG<tf.Tensor, [tf.Tensor]>({fun}, {...options, method})),
    ]),
  ),
  FixedPointIteration: plain(
    (options) =>
      new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>(
        {fun: (x, at) => tf.mul(0.4, tf.add(tf.cos(x), at))},
        options,
      ),
  ),
  ProximalGradient: (options) => (c) =>
    new solvers.ProximalGradient<tf.Tensor, number, [tf.Tensor]>({fun, prox: prox.lasso}, options).run(
      start(),
      0.1,
      c,
    ).x,
  MirrorDescent: (options) => (c) =>
    new solvers.MirrorDescent<tf.Tensor, null, [tf.Tensor]>(
      {fun, geometry: conditions.entropy as never},
      options,
    ).run(start(), null, c).x,
  BlockCoordinateDescent: (options) => (c) =>
    tf.concat(
      new solvers.BlockCoordinateDescent<tf.Tensor[], [tf.Tensor]>(
        {fun: (x, at) => fun(tf.concat(x, 1), at), prox: prox.lasso as never},
        options,
      ).run(tf.split(start(), [1, 2], 1), 0.1, c).x,
      1,
    ),
};

describeAnyBackend('unrolled gradients', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, make] of Object.entries(METHODS)) {
    it(`${name}: are finite, and the implicit ones when converged (JAXopt: NaN in NonlinearCG and LBFGS)`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const d = tf.tensor2d([
            [1, -2, 0.5],
            [0.3, 1, 2],
          ]);
          const slopes = (options: Options) => vjp(make(options), [tf.tensor2d(C) as tf.Tensor], d)[0];
          const implicit = slopes({implicitDiff: true, tolerance: 1e-6, maxIterations: 300});
          const unrolled = slopes({implicitDiff: false, tolerance: 1e-6, maxIterations: 60});
          expectClose(unrolled, implicit, 1e-3);
        }),
      ));

    it(`${name}: are finite where the iteration has long stood still`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const run = make({implicitDiff: false, tolerance: 0, maxIterations: 18});
          const [slope] = vjp(run, [tf.tensor2d(C) as tf.Tensor], tf.ones([2, 3]));
          assert.isTrue(Array.from(slope.dataSync()).every(Number.isFinite));
        }),
      ));
  }
});

describeAnyBackend('truncated gradients of a linear fixed point', () => {
  // T(x) = xWᵀ + c: x* = (I − W)⁻¹c, so that dᵀ∂x* = Σ (Wᵀ)ʲd over all j, here over some.
  const W = [0.3, -0.2, 0.1, 0.4];
  const D = [1, -2];
  const series = (terms: number, damping: number) => {
    let [term, total] = [D, [0, 0]];
    for (let j = 0; j < terms; j++) {
      total = total.map((value, i) => value + damping * term[i]);
      const image = multiply(transposed(W), term);
      term = term.map((value, i) => (1 - damping) * value + damping * image[i]);
    }
    return total;
  };
  const gradient = (solver: linsolve.LinearSolver) => {
    const fixedPoint = new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>(
      {fun: (x, c) => tf.add(tf.matMul(x as tf.Tensor2D, tf.tensor2d(W, [2, 2]), false, true), c)},
      {linsolve: solver},
    );
    const run = (c: tf.Tensor) => fixedPoint.run(tf.zeros([1, 2]), c).x;
    return vjp(run, [tf.tensor2d([[1, 2]]) as tf.Tensor], tf.tensor2d([D]))[0];
  };

  for (const [name, solver, terms, damping] of [
    ['oneStep', linsolve.oneStep(), 1, 1],
    ['neumann', linsolve.neumann(), 10, 1],
    ['neumann of 3 terms', linsolve.neumann({terms: 3}), 3, 1],
    ['neumann of 4 damped terms', linsolve.neumann({terms: 4, damping: 0.7}), 4, 0.7],
    ['phantom', linsolve.phantom(), 5, 0.5],
    ['phantom of 2 terms', linsolve.phantom({terms: 2}), 2, 0.5],
  ] as const) {
    it(`${name} is its series`, () =>
      expectNoLeak(() => tf.tidy(() => expectClose(gradient(solver), series(terms, damping), 1e-6))));
  }
});
