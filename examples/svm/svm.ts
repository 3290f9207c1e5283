/** @file The experiment: hyper-gradients by three solvers and two fixed points, their time, and the choice of λ. */
import * as tf from '@tensorflow/tfjs';
import {conditions, customRoot, projections, solvers} from '../../src/index.js';
import type {Report} from '../support/report.js';
import {coordinateDescent} from './coordinate-descent.js';
import {disposeProblem, innerGradient, makeProblem, outer, type Problem} from './problem.js';

/** The relative accuracy of the solvers, where they may stop. */
const TOLERANCE = 1e-7;

/** The largest number of features for which a converged solution is unrolled, too. */
const UNROLLED = 100;

/** The step length of the outer descent. */
const RATE = 2;

/** How x*(θ) is found, and how it is differentiated. */
export const METHODS = [
  {solver: 'mirror descent', fixedPoint: 'mirror descent'},
  {solver: 'projected gradient', fixedPoint: 'projected gradient'},
  {solver: 'coordinate descent', fixedPoint: 'mirror descent'},
  {solver: 'coordinate descent', fixedPoint: 'projected gradient'},
] as const;

export type Method = (typeof METHODS)[number];

/** The parameters of the projections: distributions that sum to 1. */
type Simplex = {scale: number};
const SIMPLEX: Simplex = {scale: 1};

/** θ ↦ x*(θ), [m, k]. */
type Solve = (theta: tf.Tensor) => tf.Tensor;

interface Effort {
  iterations: number;
  tolerance: number;
  implicit: boolean;
  start?: tf.Tensor;
}

/** The solver of a method; unrolled if `implicit` is false. */
function solverFor(
  problem: Problem,
  {solver, fixedPoint}: Method,
  {iterations, tolerance, implicit, start: given}: Effort,
): Solve {
  const gradient = innerGradient(problem);
  const {X, Y} = problem.training;
  // θ times the Hessian is X Xᵀ, with ones on its diagonal.
  const mirrorStep = (theta: tf.Tensor) => theta;
  const gradientStep = (theta: tf.Tensor) => tf.div(theta, problem.curvature);
  const byMirror = conditions.mirrorDescent<tf.Tensor, Simplex, [theta: tf.Tensor]>(
    {gradient},
    conditions.entropy,
    {stepSize: mirrorStep},
  );
  const byProjection = conditions.projectedGradient<tf.Tensor, Simplex, [theta: tf.Tensor]>(
    {gradient},
    projections.simplex,
    {
      stepSize: gradientStep,
    },
  );
  const condition = fixedPoint === 'mirror descent' ? byMirror : byProjection;
  const start = given ?? tf.fill(Y.shape, 1 / Y.shape[1]);
  if (solver === 'coordinate descent') {
    const arrays = {
      X: X.dataSync() as Float32Array,
      Y: Y.dataSync() as Float32Array,
      samples: Y.shape[0],
      classes: Y.shape[1],
    };
    const run = (init: tf.Tensor, _set: Simplex, theta: tf.Tensor) => {
      const x = Float64Array.from(init.dataSync());
      coordinateDescent(arrays, x, theta.dataSync()[0], iterations);
      return tf.tensor(Float32Array.from(x), init.shape);
    };
    const solve = customRoot(condition, {batched: false})(run);
    return (theta) => solve(start, SIMPLEX, theta);
  }
  const options = {
    maxIterations: iterations,
    tolerance,
    batched: false,
    implicitDiff: implicit,
    condition,
  };
  const method =
    solver === 'mirror descent'
      ? new solvers.MirrorDescent(
          {gradient, geometry: conditions.entropy},
          {...options, stepSize: mirrorStep},
        )
      : new solvers.ProjectedGradient(
          {gradient, projection: projections.simplex},
          {...options, stepSize: gradientStep},
        );
  return (theta) => method.run(start, SIMPLEX, theta).x;
}

export interface Hypergradient {
  /** The validation loss. */
  loss: number;
  /** Its derivative in λ = log θ. */
  gradient: number;
}

/** The validation loss at λ, and its derivative. */
export function hypergradient(
  problem: Problem,
  method: Method,
  lambda: number,
  effort: Effort,
): Hypergradient {
  return tf.tidy(() => {
    const solve = solverFor(problem, method, effort);
    const lossAt = (at: tf.Tensor) => {
      const theta = tf.exp(at);
      return outer(problem, solve(theta), theta);
    };
    const {value, grad} = tf.valueAndGrad(lossAt)(tf.scalar(lambda));
    return {loss: value.dataSync()[0], gradient: grad.dataSync()[0]} as unknown as tf.TensorContainer;
  }) as unknown as Hypergradient;
}

export type Mode = 'implicit' | 'unrolled';

/** The time of one hyper-gradient, measured several times. */
export interface Timing {
  features: number;
  method: Method;
  mode: Mode;
  milliseconds: number[];
}

/** A hyper-gradient after many iterations, and its reference in float64. */
export interface Comparison {
  features: number;
  method: Method;
  mode: Mode;
  found: Hypergradient;
  reference: Hypergradient;
}

/** A step of the outer descent. */
export interface Choice {
  lambda: number;
  loss: number;
}

export interface Reference extends Hypergradient {
  features: number;
  checksum: number;
}

export interface Options {
  training: number;
  validation: number;
  lambda: number;
  /** For the timings: how many features, how many iterations of each solver, and how often. */
  timing: {features: number[]; iterations: number; repeats: number};
  /** For the comparisons. */
  references: Reference[];
  iterations: number;
  /** For the choice of λ by gradient descent, with the number of features. */
  choice: {features: number; steps: number};
  /** Milliseconds. */
  clock: () => number;
}

export interface Result {
  timings: Timing[];
  comparisons: Comparison[];
  choices: Choice[];
}

/** The whole experiment. */
export async function run(options: Options, report: Report): Promise<Result> {
  const {training, validation, lambda, timing, references, iterations, choice, clock} = options;
  const modes = (method: Method): Mode[] =>
    method.solver === 'coordinate descent' ? ['implicit'] : ['implicit', 'unrolled'];
  const pairs = METHODS.flatMap((method) => modes(method).map((mode) => ({method, mode})));
  let done = 0;
  const compared = references.map(({features}) => (features <= UNROLLED ? pairs.length : METHODS.length));
  const total =
    pairs.length * timing.features.length * timing.repeats +
    compared.reduce((sum, count) => sum + count, 0) +
    choice.steps;

  const timings: Timing[] = [];
  for (const features of timing.features) {
    const problem = makeProblem(features, training, validation);
    const rows = pairs.map(({method, mode}) => ({features, method, mode, milliseconds: [] as number[]}));
    // In rounds, because the speed of a machine drifts.
    for (let round = 0; round < timing.repeats; round++) {
      for (const {method, mode, milliseconds} of rows) {
        const started = clock();
        const effort = {iterations: timing.iterations, tolerance: 0, implicit: mode === 'implicit'};
        hypergradient(problem, method, lambda, effort);
        milliseconds.push(clock() - started);
        await report(++done, total, `${features} features: ${method.solver}, ${mode}`);
      }
    }
    timings.push(...rows);
    disposeProblem(problem);
  }

  const comparisons: Comparison[] = [];
  for (const reference of references) {
    const {features} = reference;
    const problem = makeProblem(features, training, validation);
    if (Math.abs(problem.checksum - reference.checksum) > 1e-4)
      throw new Error('The data are not those of the references.');
    // Unrolling many iterations takes long where there are many features.
    for (const {method, mode} of pairs.filter((pair) => pair.mode === 'implicit' || features <= UNROLLED)) {
      const found = hypergradient(problem, method, lambda, {
        iterations,
        tolerance: TOLERANCE,
        implicit: mode === 'implicit',
      });
      comparisons.push({features, method, mode, found, reference});
      await report(++done, total, `${features} features: accuracy of ${method.solver}, ${mode}`);
    }
    disposeProblem(problem);
  }

  const problem = makeProblem(choice.features, training, validation);
  const choices: Choice[] = [];
  for (let step = 0, at = 0; step < choice.steps; step++) {
    const effort = {iterations, tolerance: TOLERANCE, implicit: true};
    const {loss, gradient} = hypergradient(problem, METHODS[1], at, effort);
    choices.push({lambda: at, loss});
    // Gradient descent on the logarithm of the loss, so that the step needs no unit.
    at -= (RATE * gradient) / loss;
    await report(++done, total, `choosing λ: ${at.toFixed(3)}`);
  }
  disposeProblem(problem);
  return {timings, comparisons, choices};
}
