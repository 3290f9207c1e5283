/** @file Every iterative solver with a small smooth problem of two samples: what holds for all of them is said once. */
import * as tf from '@tensorflow/tfjs-core';
import {conditions, projections, prox, solvers} from '../../src/index.js';
import type {Structure} from '../../src/autodiff/index.js';

export type Stepwise = {
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly absoluteTolerance: number;
  readonly implicitDiff: boolean;
  readonly batched: boolean;
  run: (init: Structure, ...params: never[]) => {x: Structure; state: solvers.IterationState};
  start: (init: Structure, ...params: never[]) => solvers.Progress;
  update: (progress: solvers.Progress, ...params: never[]) => solvers.Progress;
  advance: (x: Structure, steps: number, params: never[]) => Structure;
};

export interface SolverCase {
  make: (options: object) => unknown;
  init: () => Structure;
  params: () => unknown[];
  /** Samples. */
  batch: number;
  /** Limits and tolerances that are not 500, 1e-6 and 0. */
  defaults?: {maxIterations: number};
}

const C = [
  [0.6, 0.3],
  [0.5, -0.2],
];
const c = (): tf.Tensor => tf.tensor2d(C);

/** What the functions of the problems close over; tests may change it between runs. */
export const surroundings = {
  shift: 0,
  weight: null as tf.Tensor | null,
  isBent: false,
};

/** The data as the functions see them. */
const seen = (at: tf.Tensor): tf.Tensor => {
  const {shift, weight, isBent} = surroundings;
  let result = shift === 0 ? at : tf.add(at, shift);
  if (weight) result = tf.mul(weight, result);
  return isBent ? tf.sin(result) : result;
};
/** ½(x − c)ᵀH(x − c) + ¼‖x‖⁴. */
const fun = (x: tf.Tensor, at: tf.Tensor) => {
  const r = tf.sub(x, seen(at));
  const Hr = tf.matMul(r as tf.Tensor2D, tf.tensor2d([3, 1, 1, 2], [2, 2]));
  return tf.add(tf.mul(0.5, tf.sum(tf.mul(r, Hr), 1)), tf.mul(0.25, tf.square(tf.sum(tf.square(x), 1))));
};
const root = (x: tf.Tensor, at: tf.Tensor) => tf.sub(tf.add(x, tf.mul(0.3, tf.sin(x))), seen(at));
const map = (x: tf.Tensor, at: tf.Tensor) => tf.mul(0.5, tf.add(tf.cos(x), seen(at)));
const residual = (x: tf.Tensor, at: tf.Tensor) =>
  tf.concat([tf.sub(tf.square(x), seen(at)), tf.mul(0.1, tf.sub(x, 1))], 1);
const blocks = ([u, v]: tf.Tensor[], at: tf.Tensor) => fun(tf.concat([u, v], 1), at);

/** The gradient of `fun`, by hand. */
const slope = (x: tf.Tensor, at: tf.Tensor) => {
  const Hr = tf.matMul(tf.sub(x, seen(at)) as tf.Tensor2D, tf.tensor2d([3, 1, 1, 2], [2, 2]));
  return tf.add(Hr, tf.mul(tf.sum(tf.square(x), 1, true), x));
};
/** Gradient steps with momentum, as a user writes them. */
const heavyBall = (): object => ({
  start: (x: tf.Tensor) => ({velocity: tf.zerosLike(x)}),
  step(x: tf.Tensor, {velocity}: {velocity: tf.Tensor}, at: tf.Tensor) {
    const g = slope(x, at);
    const next = tf.sub(tf.mul(0.3, velocity), tf.mul(0.2, g));
    return {x: tf.add(x, next), memory: {velocity: next}, residual: tf.mul(2, tf.max(tf.abs(g), 1))};
  },
  condition: conditions.stationary(fun),
});

const total = (x: tf.Tensor, at: tf.Tensor) => tf.sum(fun(x, at));

type Given = Pick<SolverCase, 'make'> & Partial<SolverCase>;

const GIVEN: Record<string, Given> = {
  GradientDescent: {make: (options) => new solvers.GradientDescent({fun} as never, options)},
  'ProximalGradient, fixed step': {
    make: (options) =>
      new solvers.ProximalGradient({fun, prox: prox.lasso} as never, {...options, stepSize: 0.2}),
    params: () => [0.1, c()],
  },
  ProximalGradient: {
    make: (options) => new solvers.ProximalGradient({fun, prox: prox.lasso} as never, options),
    params: () => [0.1, c()],
  },
  MirrorDescent: {
    make: (options) =>
      new solvers.MirrorDescent({fun, geometry: conditions.entropy} as never, {...options, decay: 0.5}),
    init: () => tf.fill([2, 2], 0.5),
    params: () => [null, c()],
  },
  BlockCoordinateDescent: {
    make: (options) => new solvers.BlockCoordinateDescent({fun: blocks, prox: prox.lasso} as never, options),
    init: () => [tf.ones([2, 1]), tf.zeros([2, 1])],
    params: () => [0.1, c()],
  },
  BFGS: {make: (options) => new solvers.BFGS({fun} as never, options)},
  LBFGS: {make: (options) => new solvers.LBFGS({fun} as never, options)},
  NonlinearCG: {make: (options) => new solvers.NonlinearCG({fun} as never, options)},
  Newton: {make: (options) => new solvers.Newton({fun} as never, options)},
  LBFGSB: {
    make: (options) => new solvers.LBFGSB({fun} as never, options),
    params: () => [{lower: -1, upper: 0.4}, c()],
  },
  NewtonRoot: {make: (options) => new solvers.NewtonRoot({fun: root} as never, options)},
  Broyden: {make: (options) => new solvers.Broyden({fun: root} as never, options)},
  Bisection: {
    make: (options) => new solvers.Bisection({fun: root} as never, options),
    params: () => [{lower: -2, upper: 2}, c()],
    defaults: {maxIterations: 100},
  },
  GaussNewton: {
    make: (options) => new solvers.GaussNewton({fun: residual} as never, options),
    params: () => [tf.tensor2d(C.map((row) => row.map(Math.abs)))],
    defaults: {maxIterations: 100},
  },
  LevenbergMarquardt: {
    make: (options) => new solvers.LevenbergMarquardt({fun: residual} as never, options),
    defaults: {maxIterations: 200},
  },
  FixedPointIteration: {make: (options) => new solvers.FixedPointIteration({fun: map} as never, options)},
  AndersonAcceleration: {make: (options) => new solvers.AndersonAcceleration({fun: map} as never, options)},
  AndersonWrapper: {
    make: (options) =>
      new solvers.AndersonWrapper(
        new solvers.GradientDescent({fun} as never, {...options, stepSize: 0.15}) as never,
      ),
  },
  fromStep: {
    make: (options) => solvers.fromStep(heavyBall() as never, options),
  },
  ProjectedGradient: {
    make: (options) =>
      new solvers.ProjectedGradient({fun, projection: projections.box} as never, options as never),
    params: () => [{lower: -1, upper: 0.4}, c()],
  },
  ArmijoSGD: {make: (options) => new solvers.ArmijoSGD({fun: total} as never, options), batch: 1},
  PolyakSGD: {
    // Steps of a fixed size, since the least value is not zero.
    make: (options) =>
      new solvers.PolyakSGD({fun: total} as never, {...options, maxStepSize: 0.15, minimum: -1e3}),
    batch: 1,
  },
};

export const ITERATIVE_SOLVERS: Record<string, SolverCase> = Object.fromEntries(
  Object.entries(GIVEN).map(([name, given]) => [
    name,
    {init: () => tf.ones([2, 2]), params: () => [c()], batch: 2, ...given},
  ]),
);

export const smoothProblems = {C, c, fun, root, map, residual};
