/** @file Meta-learning by implicit gradients: weights from which a few points are enough to learn a sine wave. */
import * as tf from '@tensorflow/tfjs';
import {linsolve, solvers, vjp} from '../../src/index.js';
import {randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {errorsOf, initialWeights, makeTasks, outputs, type Tasks} from './network.js';

export interface Size {
  seeds: number;
  /** Steps of meta-training, each with a batch of tasks. */
  steps: number;
  tests: number;
}

export const FULL: Size = {seeds: 3, steps: 60, tests: 50};
export const QUICK: Size = {seeds: 1, steps: 6, tests: 20};

export const METHODS = ['random weights', 'joint training', 'Reptile', 'MAML', 'iMAML'] as const;
export type Method = (typeof METHODS)[number];

export interface Outcome {
  method: Method;
  seed: number;
  /** The mean squared error at other points of test tasks, after learning from a few. */
  error: number;
}

export interface Curve {
  method: Method;
  /** Of one test task: the points learned from, and the network's values on a grid. */
  x: number[];
  y: number[];
}

export interface Result {
  outcomes: Outcome[];
  /** How far the gradient of iMAML is from that of a direct solver, as a share: for the first tasks of each seed. */
  differences: number[];
  /** Of the first seed. */
  curves: Curve[];
  /** The task of the curves: its points, and its values on the grid. */
  points: {x: number; y: number}[];
}

/** Points of a task to learn from. */
const SHOTS = 10;
const BATCH = 8;
const RATE = 1e-2;
/** λ. */
const PROXIMITY = 0.3;
/** Of MAML: the steps of gradient descent that are differentiated, and their size. */
const UNROLLED = 5;
const STEP = 0.05;

/** Each method sees the same tasks in the same order. */
export async function run(size: Size, seed: number, report: Report): Promise<Result> {
  const result: Result = {outcomes: [], differences: [], curves: [], points: []};
  for (let k = 0; k < size.seeds; k++) {
    const test = makeTasks(size.tests, SHOTS, randomNumbers(5000 * seed + k));
    result.differences.push(gradientDifference(randomNumbers(1000 * seed + k)));
    for (const method of METHODS) {
      const random = randomNumbers(1000 * seed + k);
      const theta = tf.variable(tf.tensor1d(initialWeights(random)));
      metaTrain(method, theta, size.steps, random);
      const adapted = adapterOf(method)(theta, test);
      const error = tf.tidy(
        () => tf.mean(errorsOf(adapted, test.queryPoints, test.queryValues)).dataSync()[0],
      );
      result.outcomes.push({method, seed: k, error});
      if (k === 0) result.curves.push(curveOf(method, adapted));
      if (k === 0 && result.points.length === 0) result.points = pointsOf(test);
      tf.dispose([theta, adapted]);
      await report(result.outcomes.length, size.seeds * METHODS.length, method);
    }
    tf.dispose(Object.values(test) as tf.Tensor[]);
  }
  return result;
}

/** From the shared weights θ [P] to those of each task, [B, P]. */
type Adapter = (theta: tf.Tensor, tasks: Tasks) => tf.Tensor;

const startOf = (theta: tf.Tensor, count: number) => tf.tile(tf.reshape(theta, [1, -1]), [count, 1]);

/** MINRES: I + ∇²error/λ is symmetric, but not positive definite for every network, so conjugate gradients may stop far from the solution. */
const MINRES = linsolve.minres({tolerance: 1e-4, maxIterations: 300});

/**
 * φ*(θ) = argmin error of the task's points + ½λ‖φ − θ‖², for each task, by L-BFGS. Its gradient in θ comes from one linear system in
 * I + ∇²error/λ, no matter how φ* was found.
 */
const proximal = (theta: tf.Tensor, {points, values}: Tasks, method = MINRES): tf.Tensor => {
  const fun = (phi: tf.Tensor, center: tf.Tensor, x: tf.Tensor, y: tf.Tensor) =>
    tf.add(errorsOf(phi, x, y), tf.mul(PROXIMITY / 2, tf.sum(tf.squaredDifference(phi, center), 1)));
  const solver = new solvers.LBFGS(
    {fun},
    {
      maxIterations: 60,
      tolerance: 1e-3,
      linsolve: method,
      // A task that is not solved to the end is used as it is.
      onFailure: 'ignore',
    },
  );
  const center = startOf(theta, points.shape[0]);
  return solver.run(center, center, points, values).x;
};

/** A few steps of gradient descent, each of which stays on the tape. */
const unrolled: Adapter = (theta, {points, values}) => {
  const one = tf.ones([points.shape[0]]);
  let phi: tf.Tensor = startOf(theta, points.shape[0]);
  for (let k = 0; k < UNROLLED; k++) {
    const [slope] = vjp((at: tf.Tensor) => errorsOf(at, points, values), [phi], one);
    phi = tf.sub(phi, tf.mul(STEP, slope));
  }
  return phi;
};

/** MAML adapts to a new task as in its training; the others by the proximal problem. */
const adapterOf = (method: Method): Adapter => {
  const adapt = method === 'MAML' ? unrolled : proximal;
  return (theta, tasks) => tf.tidy(() => adapt(theta, tasks));
};

/** For the first weights and tasks: the gradient by MINRES beside that by an LU decomposition of the whole matrix. */
function gradientDifference(random: Random): number {
  return tf.tidy(() => {
    const theta = tf.tensor1d(initialWeights(random));
    const tasks = makeTasks(BATCH, SHOTS, random);
    const [krylov, direct] = [MINRES, linsolve.lu()].map((method) =>
      tf.grad((start: tf.Tensor) => {
        const phi = proximal(start, tasks, method);
        return tf.mean(errorsOf(phi, tasks.queryPoints, tasks.queryValues));
      })(theta),
    );
    return tf.div(tf.norm(tf.sub(krylov, direct)), tf.norm(direct)).dataSync()[0] as never;
  });
}

function metaTrain(method: Method, theta: tf.Variable, steps: number, random: Random): void {
  if (method === 'random weights') return;
  const optimizer = tf.train.adam(RATE);
  for (let step = 0; step < steps; step++) {
    const tasks = makeTasks(BATCH, SHOTS, random);
    const query = (phi: tf.Tensor) =>
      tf.mean(errorsOf(phi, tasks.queryPoints, tasks.queryValues)) as tf.Scalar;
    if (method === 'joint training') {
      // One network for all tasks.
      optimizer.minimize(() => query(startOf(theta, BATCH)), false, [theta]);
    } else if (method === 'Reptile') {
      // Towards the solutions of the tasks: the same solver, with no gradient through it. The slope is that of ½‖θ − mean φ*‖².
      tf.tidy(() => {
        const slope = tf.sub(theta, tf.mean(proximal(theta, tasks), 0));
        optimizer.applyGradients([{name: theta.name, tensor: slope}]);
      });
    } else {
      const adapt = method === 'MAML' ? unrolled : proximal;
      optimizer.minimize(() => query(adapt(theta, tasks)), false, [theta]);
    }
    tf.dispose(Object.values(tasks) as tf.Tensor[]);
  }
  optimizer.dispose();
}

const GRID = Array.from({length: 101}, (_, i) => -5 + i / 10);

function curveOf(method: Method, adapted: tf.Tensor): Curve {
  const y = tf.tidy(() => outputs(tf.slice(adapted, 0, 1), tf.tensor2d([GRID])).dataSync());
  return {method, x: GRID, y: Array.from(y)};
}

function pointsOf({points, values}: Tasks): {x: number; y: number}[] {
  const [xs] = points.arraySync();
  const [ys] = values.arraySync();
  return xs.map((x, i) => ({x, y: ys[i]}));
}
