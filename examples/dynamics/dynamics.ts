/** @file How packed discs move when the small ones grow: implicit differentiation, finite differences, and the derivative of the steps. */
import * as tf from '@tensorflow/tfjs';
import {compile, conditions, customRoot, jvp, rootJvp} from '../../src/index.js';
import {mean} from '../support/metrics.js';
import {randomNumbers} from '../support/random.js';
import type {Report} from '../support/report.js';
import {fire, fireLoop} from './fire.js';
import {energyOf, loose, type Packing} from './packing.js';

export interface Size {
  /** Which of the packings that have a reference are taken. */
  known: number[];
  /** How many random packings follow, and of how many discs. */
  starts: number;
  discs: number;
  /** For packings with a reference: the derivative of this many steps. */
  steps: number[];
  /** The same for random packings. */
  fewSteps: number[];
}

export const FULL: Size = {
  known: [1, 2],
  starts: 3,
  discs: 128,
  steps: [10, 20, 40, 70, 100, 150, 200, 300, 400, 600, 1000, 1500],
  fewSteps: [200, 1500],
};
export const QUICK: Size = {
  known: [0],
  starts: 2,
  discs: 32,
  steps: [20, 50, 100, 200, 400, 1500],
  fewSteps: [200, 1500],
};

/** A packing whose resting place is known in f64. */
export interface Known extends Packing {
  dx: number[][];
}

/** A derivative after some steps. */
export interface Along {
  /** ‖∂x‖. */
  size: number;
  /** ‖∂x − ∂x at rest‖ / ‖∂x at rest‖. */
  off: number;
  /** The same over the discs that touch another, up to a shift that they have in common. */
  offFirm: number;
}

/** Both derivatives after so many steps. */
export interface Stopped {
  steps: number;
  /** By the implicit-function theorem, where the discs are. */
  implicit: Along;
  /** Of the steps themselves. */
  unrolled: Along;
}

/** One packing. All derivatives are those of the positions by the small diameter. */
export interface Packed extends Packing {
  name: string;
  iterations: number;
  status: number;
  x: number[];
  /** By `solver.jvp`. */
  dx: number[];
  /** ‖dx‖. */
  size: number;
  loose: boolean[];
  /** Its distance from the reference, as a share; likewise the others. */
  errors: {solver: number; rootJvp: number; customRoot: number} | null;
  /** ‖reference ∂x‖. */
  reference: number | null;
  /** How far the implicit ∂x is from finite differences of two solves, for discs that touch another, up to a shift that they have in common. */
  differences: number;
  stopped: Stopped[];
}

export interface Result {
  theta: number;
  packed: Packed[];
}

/**
 * The finite difference of the diameter; θ ± h are numbers of float32. Discs that swing on their way to rest may bump into a loose one and
 * shift it, so finite differences say nothing about loose discs.
 */
const H = 2 ** -18;

const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
const distance = (values: ArrayLike<number>, expected: ArrayLike<number>) =>
  norm(Array.from(expected, (value, i) => values[i] - value)) / norm(expected);

/** Discs at random places, at the packing fraction .9. */
function randomPacking(k: number, theta: number, seed: number): Packing {
  const random = randomNumbers(seed);
  const area = ((k / 2) * Math.PI * (1 + theta ** 2)) / 4;
  const side = Math.fround(Math.sqrt(area / 0.9));
  return {side, start: Array.from({length: k}, () => [random.uniform() * side, random.uniform() * side])};
}

/** Positions in float64, of which a tensor shows the first seven digits. */
function digitsOf(x: tf.Tensor): number[] {
  return Array.from(compile((at: tf.Tensor) => tf.clone(at), [x])(x));
}

/**
 * The values of the discs that touch another, up to a shift that they have in common. Nothing holds the packing as a whole: if loose discs
 * move one way, the others move the other way.
 */
function firm(values: readonly number[], isLoose: readonly boolean[]): number[] {
  const [xs, ys] = [0, 1].map((axis) => {
    const own = values.filter((_, i) => i % 2 === axis && !isLoose[Math.floor(i / 2)]);
    const middle = mean(own);
    return own.map((value) => value - middle);
  });
  return [...xs, ...ys];
}

/** FIRE, and the sensitivities by implicit differentiation and by finite differences. */
function atRest(name: string, packing: Packing, known: Known | undefined, at: number): Packed {
  const energy = energyOf(packing);
  const start = tf.tensor2d(packing.start);
  const [theta, one]: tf.Tensor[] = [tf.scalar(at), tf.scalar(1)];
  const solver = fire(energy);
  const {x, state} = solver.run(start, theta);
  const dx = digitsOf(solver.jvp(x, [theta], [one]));
  // Where the discs lie when the small ones are a little larger or smaller: FIRE from x, so that loose discs stay.
  const [above, below] = [at + H, at - H].map((value) => digitsOf(solver.run(x, tf.scalar(value)).x));
  const slope = above.map((value, i) => (value - below[i]) / (2 * H));

  let errors: Packed['errors'] = null;
  const reference = known?.dx.flat();
  if (reference) {
    const forces = conditions.stationary(energy);
    const packed = customRoot(forces, {batched: false})(fireLoop(energy));
    const byRoot = rootJvp(forces, x, [theta], [one], {batched: false});
    const byHand = jvp((value) => packed(start, value), [theta], [one]);
    errors = {
      solver: distance(dx, reference),
      rootJvp: distance(byRoot.dataSync(), reference),
      customRoot: distance(byHand.dataSync(), reference),
    };
  }
  const places = digitsOf(x);
  const isLoose = loose(packing, places, at);
  return {
    ...packing,
    name,
    iterations: state.iterations.dataSync()[0],
    status: state.status.dataSync()[0],
    x: places,
    dx,
    size: norm(dx),
    loose: isLoose,
    errors,
    reference: reference ? norm(reference) : null,
    differences: distance(firm(slope, isLoose), firm(dx, isLoose)),
    stopped: [],
  };
}

/** Exactly so many steps of FIRE, differentiated in both ways. */
function stop({side, start, dx, loose: isLoose}: Packed, at: number, steps: number): Stopped {
  const [theta, one]: tf.Tensor[] = [tf.scalar(at), tf.scalar(1)];
  const from = tf.tensor2d(start);
  const solverOf = (implicitDiff: boolean) =>
    fire(energyOf({side, start}), {implicitDiff, maxIterations: steps, tolerance: 0, onFailure: 'ignore'});
  const judge = (tangent: tf.Tensor): Along => {
    const along = digitsOf(tangent);
    return {
      size: norm(along),
      off: distance(along, dx),
      offFirm: distance(firm(along, isLoose), firm(dx, isLoose)),
    };
  };
  const implicit = solverOf(true);
  const unrolled = solverOf(false);
  return {
    steps,
    implicit: judge(implicit.jvp(implicit.run(from, theta).x, [theta], [one])),
    unrolled: judge(jvp((value: tf.Tensor) => unrolled.run(from, value).x, [theta], [one])),
  };
}

export async function run(
  size: Size,
  seed: number,
  report: Report,
  {theta, packings}: {theta: number; packings: Known[]},
): Promise<Result> {
  const {known, starts, discs, steps, fewSteps} = size;
  const tasks = [
    ...known.map((i) => ({packing: packings[i], known: packings[i], steps})),
    ...Array.from({length: starts}, (_, i) => ({
      packing: randomPacking(discs, theta, 1000 * seed + i),
      known: undefined,
      steps: fewSteps,
    })),
  ];
  const total = tasks.reduce((sum, task) => sum + 1 + task.steps.length, 0);
  let done = 0;
  const packed: Packed[] = [];
  await report(done, total, 'FIRE');
  for (const [i, task] of tasks.entries()) {
    const {side, start} = task.packing;
    const name = task.known ? `reference ${i + 1}` : `random ${i + 1 - known.length}`;
    const one = tf.tidy(() => atRest(name, {side, start}, task.known, theta) as never) as Packed;
    await report(++done, total, `${name}: at rest`);
    for (const count of task.steps) {
      one.stopped.push(tf.tidy(() => stop(one, theta, count) as never) as Stopped);
      await report(++done, total, `${name}: ${count} steps differentiated`);
    }
    packed.push(one);
  }
  return {theta, packed};
}
