/** @file The experiment: hyper-gradients by three solvers and two fixed points, their time, and the choice of λ. */
import * as tf from '@tensorflow/tfjs';
import {conditions, objectives, projections, prox, solvers} from '../../src/index.js';
import type {Report} from '../support/report.js';
import {disposeProblem, innerGradient, makeProblem, outer, type Problem} from './problem.js';

/** The relative accuracy of the solvers, where they may stop. */
const TOLERANCE = 1e-7;

/** The largest number of training samples for which a converged solution is unrolled, too. */
const UNROLLED = 100;

/** A pass of coordinate descent goes further than a step of the other solvers, so it gets this share of their iterations. */
const PASSES = 1 / 5;

const iterationsOf = (method: Method, iterations: number) =>
  method.solver === 'coordinate descent' ? Math.ceil(PASSES * iterations) : iterations;

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

/** θ ↦ x*(θ), [m, k]. */
type Solve = (theta: tf.Tensor) => tf.Tensor;

interface Effort {
  iterations: number;
  tolerance: number;
  implicit: boolean;
}

/** The solver of a method; unrolled if `implicit` is false. */
function solverFor(
  problem: Problem,
  {solver, fixedPoint}: Method,
  {iterations, tolerance, implicit}: Effort,
): Solve {
  const {X, Y} = problem.training;
  const data = {X, y: Y};
  const slope = innerGradient(problem);
  const gradient = (x: tf.Tensor, theta: tf.Tensor, _data: typeof data) => slope(x, theta);
  const projection = (y: tf.Tensor) => projections.simplex(y);
  // θ times the Hessian is X Xᵀ, with ones on its diagonal.
  const mirrorStep = (theta: tf.Tensor) => theta;
  const gradientStep = (theta: tf.Tensor) => tf.div(theta, problem.curvature);
  const byMirror = conditions.mirrorDescent({gradient}, conditions.entropy, {stepSize: mirrorStep});
  const byProjection = conditions.projectedGradient({gradient}, projection, {stepSize: gradientStep});
  const common = {maxIterations: iterations, tolerance, batched: false, implicitDiff: implicit};
  const start = tf.fill(Y.shape, 1 / Y.shape[1]);
  if (solver === 'coordinate descent') {
    // One row of x after the other; this objective lets the solver keep Xᵀx. It has its own condition, unless told another.
    const method = new solvers.BlockCoordinateDescent(
      {fun: objectives.multiclassLinearSVMDual, prox: prox.fromProjection(projections.simplex)},
      {...common, condition: (fixedPoint === 'mirror descent' ? byMirror : byProjection) as never},
    );
    return (theta) => method.run(start, null, theta, data).x;
  }
  const method =
    solver === 'mirror descent'
      ? new solvers.MirrorDescent({gradient, geometry: conditions.entropy}, {...common, stepSize: mirrorStep})
      : new solvers.ProjectedGradient({gradient, projection}, {...common, stepSize: gradientStep});
  return (theta) => method.run(start, null, theta, data).x;
}

interface Hypergradient {
  /** The validation loss. */
  loss: number;
  /** Its derivative in λ = log θ. */
  gradient: number;
}

/** The validation loss at λ, and its derivative. */
function hypergradient(problem: Problem, method: Method, lambda: number, effort: Effort): Hypergradient {
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

/** What `scripts/reference/svm.py` knows of one number of features. */
export interface Reference extends Hypergradient {
  features: number;
  lambda: number;
  checksum: number;
}

export interface References {
  references: Reference[];
  /** Of a small problem. */
  quick: Reference;
  /** The best λ, for one number of features. */
  best: Choice & {features: number};
}

export interface Size {
  training: number;
  validation: number;
  /** The numbers of features whose hyper-gradients are timed, the iterations of each solver, and how often. */
  features: number[];
  iterations: number;
  repeats: number;
  /** The numbers of features whose hyper-gradients are compared with references, and the iterations for that. */
  references: number[];
  converge: number;
  /** The choice of λ by gradient descent: with how many features, and in how many steps. */
  chosen: number;
  steps: number;
}

export const FULL: Size = {
  training: 700,
  validation: 200,
  features: [100, 1000, 5000],
  iterations: 100,
  repeats: 2,
  references: [100, 1000],
  converge: 1500,
  chosen: 100,
  steps: 12,
};
export const QUICK: Size = {
  training: 60,
  validation: 30,
  features: [60],
  iterations: 100,
  repeats: 2,
  references: [60],
  converge: 500,
  chosen: 60,
  steps: 4,
};

/** log θ where hyper-gradients are timed. */
const LAMBDA = 1;

export interface Result {
  timings: Timing[];
  comparisons: Comparison[];
  choices: Choice[];
}

/**
 * The whole experiment.
 *
 * @param clock Milliseconds.
 */
export async function run(
  known: References,
  size: Size,
  report: Report,
  clock: () => number,
): Promise<Result> {
  const {training, validation, repeats, converge, steps} = size;
  const references = size.references.map((features) => {
    const all = [...known.references, known.quick];
    const found = all.find((reference) => reference.features === features);
    if (!found)
      throw new Error(`There is a reference for ${all.map((one) => one.features).join(', ')} features.`);
    return found;
  });
  const modes = (method: Method): Mode[] =>
    method.solver === 'coordinate descent' ? ['implicit'] : ['implicit', 'unrolled'];
  const pairs = METHODS.flatMap((method) => modes(method).map((mode) => ({method, mode})));
  let done = 0;
  // Unrolling many iterations takes long.
  const comparedPairs = training <= UNROLLED ? pairs : pairs.filter(({mode}) => mode === 'implicit');
  const total =
    pairs.length * size.features.length * repeats + comparedPairs.length * references.length + steps;

  const timings: Timing[] = [];
  for (const features of size.features) {
    const problem = makeProblem(features, training, validation);
    const rows = pairs.map(({method, mode}) => ({features, method, mode, milliseconds: [] as number[]}));
    // In rounds, because the speed of a machine drifts.
    for (let round = 0; round < repeats; round++) {
      for (const {method, mode, milliseconds} of rows) {
        const started = clock();
        const effort = {
          iterations: iterationsOf(method, size.iterations),
          tolerance: 0,
          implicit: mode === 'implicit',
        };
        hypergradient(problem, method, LAMBDA, effort);
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
    for (const {method, mode} of comparedPairs) {
      const found = hypergradient(problem, method, reference.lambda, {
        iterations: iterationsOf(method, converge),
        tolerance: TOLERANCE,
        implicit: mode === 'implicit',
      });
      comparisons.push({features, method, mode, found, reference});
      await report(++done, total, `${features} features: accuracy of ${method.solver}, ${mode}`);
    }
    disposeProblem(problem);
  }

  const problem = makeProblem(size.chosen, training, validation);
  const choices: Choice[] = [];
  for (let step = 0, at = 0; step < steps; step++) {
    const effort = {iterations: converge, tolerance: TOLERANCE, implicit: true};
    const {loss, gradient} = hypergradient(problem, METHODS[1], at, effort);
    choices.push({lambda: at, loss});
    // Gradient descent on the logarithm of the loss, so that the step needs no unit.
    at -= (RATE * gradient) / loss;
    await report(++done, total, `choosing λ: ${at.toFixed(3)}`);
  }
  disposeProblem(problem);
  return {timings, comparisons, choices};
}
