/** @file Options that do not exist, or whose value does not. */
import * as tf from '@tensorflow/tfjs';
import {
  conditions,
  customRoot,
  layers,
  linalg,
  linsolve,
  OptNetQP,
  projections,
  QPLayer,
  solveQP,
  solvers,
  type SolveQPOptions,
} from '../../../src/index.js';
import {prox} from '../../../src/index.js';

const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
const F = (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.square(x), t);
const x = tf.ones([1, 2]);

export function ofSolveQP() {
  // @ts-expect-error It is `tolerance`.
  return solveQP({Q: [[1]], p: [1]}, {tolerence: 1e-6});
}

export function ofSolveQPInVariable() {
  // @ts-expect-error It is `maxIterations`.
  const options: SolveQPOptions = {maxiter: 50};
  return solveQP({Q: [[1]], p: [1]}, options);
}

export function inVariableWithoutType() {
  const options = {maxiter: 50};
  // @ts-expect-error It is `maxIterations`.
  return solveQP({Q: [[1]], p: [1]}, options);
}

export function ofLayer() {
  // @ts-expect-error It is `units`.
  return new QPLayer({unit: 3});
}

export function ofFactory() {
  // @ts-expect-error It is `alpha`.
  return layers.entmax({alfa: 1.5});
}

export function inputsOfLayer() {
  // @ts-expect-error 'q' is not one of the six.
  return new OptNetQP({inputs: ['p', 'q']});
}

export function withoutWhatIsNeeded() {
  // @ts-expect-error k is missing.
  return layers.topK({strength: 0.5});
}

export function withoutCell() {
  // @ts-expect-error cell is missing.
  return layers.fixedPoint({tolerance: 1e-4});
}

export function ofGradientDescent() {
  // @ts-expect-error It is `stepSize`.
  return new solvers.GradientDescent({fun}, {learningRate: 0.1});
}

export function ofLBFGS() {
  // @ts-expect-error It is `historySize`.
  return new solvers.LBFGS({fun}, {history: 5});
}

export function ofBisection() {
  // @ts-expect-error upper is missing.
  return new solvers.Bisection({fun: F}).run(x, {lower: 0}, x);
}

export function ofNoise() {
  // @ts-expect-error It is `numSamples`.
  return solvers.perturbedArgmax((rows) => rows, {samples: 10});
}

export function ofLineSearch() {
  // @ts-expect-error zoom knows c1 and c2.
  return solvers.lineSearches.zoom({c3: 0.1});
}

export function ofLinearSolver() {
  // @ts-expect-error It is `restart`.
  return linsolve.gmres({restarts: 10});
}

export function ofLinearSolverWithout() {
  // @ts-expect-error lu takes none.
  return linsolve.lu({tolerance: 1e-6});
}

export function nameOfLinearSolver() {
  // @ts-expect-error A solver, not its name.
  return new solvers.Newton({fun}, {linsolve: 'lu'});
}

export function uncalledLinearSolver() {
  // @ts-expect-error linsolve.cg().
  return customRoot(F, {linsolve: linsolve.cg});
}

export function ofCustomRoot() {
  // @ts-expect-error It is `linsolve`.
  return customRoot(F, {linearSolver: linsolve.cg()});
}

export function ofCondition() {
  // @ts-expect-error It is `stepSize`.
  return conditions.proximalGradient(fun, prox.lasso, {step: 0.5});
}

export function ofLinalg() {
  // @ts-expect-error It is 'positiveDefinite'.
  return linalg.solve(tf.eye(2), tf.ones([2, 1]), {assume: 'pos'});
}

export function policy() {
  // @ts-expect-error 'warn', 'throw' or 'ignore'.
  return solveQP({Q: [[1]], p: [1]}, {onFailure: 'error'});
}

export function kink() {
  // @ts-expect-error It is 'leastNorm'.
  return projections.simplex(x, {degenerate: 'leastnorm'});
}

export function parameterOfProjection() {
  // @ts-expect-error It is `scale`.
  return projections.simplex(x, {sum: 2});
}
