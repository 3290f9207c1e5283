/** @file Ridge regression on the diabetes data: its condition, gradient descent, and errors against the references. */
import * as tf from '@tensorflow/tfjs';
import {compile, jvp, rootJvp, type Condition} from '../../src/index.js';
import type {Report} from '../support/report.js';

/** The errors after t steps: 2-norms of differences. */
export type Errors = {
  t: number;
  /** ‖x_t − x*‖. */
  iterate: number;
  /** ‖J − ∂x*‖, J by the implicit-function theorem at x_t. */
  implicit: number;
  /** ‖∂x_t − ∂x*‖, the derivative of the t steps themselves. */
  unrolled: number;
};

/** x*(θ), its derivative, and the errors of gradient descent, all in float64. */
interface Reference {
  theta: number;
  x: number[];
  dx: number[];
  normDx: number;
  /** 1/(λmax + θ). */
  step: number;
  descent: Errors[];
}

/** Of `scripts/reference/ridge_path.py`. */
export interface References {
  lambdaMin: number;
  paths: Reference[];
}

export interface Size {
  /** Each t that is measured is about so many times the one before; every t of the references is measured, too. */
  growth: number;
}

export const FULL: Size = {growth: 1.15};
export const QUICK: Size = {growth: 1.5};

/** One θ, measured in one precision. */
export type Path = {
  theta: number;
  /** λmin + θ: the strong convexity of the objective. */
  alpha: number;
  normDx: number;
  errors: (Errors & {bound: number})[];
  /** The implicit error at x* itself, which is the rounding. */
  floor: number;
  /** In float64, for some values of t. */
  reference: Errors[];
};

/** Φ and y. */
interface Data {
  rows: number[][];
  targets: number[];
}

/** Both derivatives at x_t for many t, for each θ of the references: in double precision, and with float32 tensors. */
export type Result = {doubles: Path; singles: Path}[];

/** @param table Rows of ten variables and a target, as in examples/data/diabetes.csv. */
export async function run(
  table: readonly number[][],
  {lambdaMin, paths}: References,
  {growth}: Size,
  report: Report,
): Promise<Result> {
  const data = {
    rows: table.map((row) => row.slice(0, -1)),
    targets: table.map((row) => row[row.length - 1]),
  };
  const result: Result = [];
  for (const reference of paths) {
    const known = reference.descent.map(({t}) => t);
    const all = new Set(known);
    for (let t = 1; t < Math.max(...known); t = Math.max(t + 1, Math.round(growth * t))) all.add(t);
    const times = [...all].sort((a, b) => a - b);
    result.push({
      doubles: measureInDoubles(data, reference, lambdaMin, times),
      singles: measureInSingles(data, reference, lambdaMin, times),
    });
    await report(result.length, paths.length, `θ = ${reference.theta}`);
  }
  return result;
}

/** ∇₁f(x, θ) = Φᵀ(Φx − y) + θx for f(x, θ) = ½‖Φx − y‖² + ½θ‖x‖², x [10, 1]. */
function ridgeCondition(phi: tf.Tensor, y: tf.Tensor): Condition {
  return (x, theta) => {
    const residual = tf.sub(tf.matMul(phi as tf.Tensor2D, x as tf.Tensor2D), y);
    return tf.add(tf.matMul(phi as tf.Tensor2D, residual as tf.Tensor2D, true), tf.mul(theta, x));
  };
}

/** The iterates x_t of gradient descent from zero, for the given t, as a function of θ. The step is a constant. */
function descent(gradient: Condition, step: number, times: readonly number[]) {
  return (theta: tf.Tensor): tf.Tensor[] => {
    const iterates: tf.Tensor[] = [];
    let x: tf.Tensor = tf.zeros([10, 1]);
    for (let t = 0; t <= times[times.length - 1]; t++) {
      if (times.includes(t)) iterates.push(x);
      x = tf.sub(x, tf.mul(step, gradient(x, theta)));
    }
    return iterates;
  };
}

/** Iterates, and both derivatives at each of them, with float32 tensors. */
function measureInSingles(
  {rows, targets}: Data,
  {theta, x, dx, normDx, step, descent: reference}: Reference,
  lambdaMin: number,
  times: readonly number[],
): Path {
  return tf.tidy(() => {
    const gradient = ridgeCondition(tf.tensor2d(rows), tf.tensor2d(targets, [targets.length, 1]));
    const at = tf.scalar(theta);
    const one = tf.scalar(1);
    const alpha = lambdaMin + theta;
    const iterates = descent(gradient, step, times);
    const implicitAt = (point: tf.Tensor) =>
      rootJvp(gradient, point, [at], [one], {batched: false}).dataSync();
    const xs = iterates(at);
    const unrolled = jvp(iterates, [at], [one]);
    const errors = times.map((t, i) => {
      const iterate = distance(xs[i].dataSync(), x);
      return {
        t,
        iterate,
        implicit: distance(implicitAt(xs[i]), dx),
        unrolled: distance(unrolled[i].dataSync(), dx),
        bound: iterate / alpha,
      };
    });
    const floor = distance(implicitAt(tf.tensor2d(x, [10, 1])), dx);
    return {theta, alpha, normDx, errors, floor, reference};
  });
}

/** The same in double precision: `compile` runs a step, its derivative and the implicit derivative as programs. */
function measureInDoubles(
  {rows, targets}: Data,
  {theta, x, dx, normDx, step, descent: reference}: Reference,
  lambdaMin: number,
  times: readonly number[],
): Path {
  return tf.tidy(() => {
    const [point, one] = [tf.zeros([10, 1]), tf.scalar(1)];
    // The data are arguments: as tensors they would be rounded.
    const data: [tf.Tensor, tf.Tensor] = [tf.ones([rows.length, 10]), tf.ones([rows.length, 1])];
    const numbers: [Float64Array, Float64Array] = [
      Float64Array.from(rows.flat()),
      Float64Array.from(targets),
    ];
    const implicitAt = compile(
      (at, by, direction, phi, y): tf.Tensor =>
        rootJvp(ridgeCondition(phi, y), at, [by], [direction], {batched: false}),
      [point, one, one, ...data],
    );
    const descend = compile(
      (at, slope, by, direction, length, phi, y): tf.Tensor[] => {
        const gradient = ridgeCondition(phi, y);
        const next = (from: tf.Tensor, theta: tf.Tensor) =>
          tf.sub(from, tf.mul(length, gradient(from, theta)));
        return [next(at, by), jvp(next, [at, by], [slope, direction])];
      },
      [point, point, one, one, one, ...data],
    );
    const jacobianAt = (at: Float64Array) => implicitAt(at, theta, 1, ...numbers);
    const alpha = lambdaMin + theta;
    const errors: Path['errors'] = [];
    let [iterate, slope] = [new Float64Array(10), new Float64Array(10)];
    for (let t = 0; t <= times[times.length - 1]; t++) {
      if (times.includes(t)) {
        const distant = distance(iterate, x);
        errors.push({
          t,
          iterate: distant,
          implicit: distance(jacobianAt(iterate), dx),
          unrolled: distance(slope, dx),
          bound: distant / alpha,
        });
      }
      [iterate, slope] = descend(iterate, slope, theta, 1, step, ...numbers).map((array) => array.slice());
    }
    const floor = distance(jacobianAt(Float64Array.from(x)), dx);
    return {theta, alpha, normDx, errors, floor, reference};
  });
}

/** ‖values − reference‖. */
function distance(values: ArrayLike<number>, reference: readonly number[]): number {
  return Math.hypot(...Array.from(values, (value, i) => value - reference[i]));
}
