/** @file Ridge regression on the diabetes data: its condition, gradient descent, and errors against the references. */
import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {jvp, rootJvp, type Condition} from '../../src/index.js';
import {readTable} from '../support/csv.js';

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

interface References {
  lambdaMin: number;
  paths: Reference[];
}

/** One θ, measured with float32 tensors. */
export type Path = {
  theta: number;
  /** λmin + θ: the strong convexity of the objective. */
  alpha: number;
  normDx: number;
  errors: (Errors & {bound: number})[];
  /** The implicit error at x* itself, which is the rounding of float32. */
  floor: number;
  /** In float64, for some values of t. */
  reference: Errors[];
};

export function readReferences(): References {
  const url = new URL('../../test/fixtures/ridge.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as References;
}

/** ∇₁f(x, θ) = Φᵀ(Φx − y) + θx for f(x, θ) = ½‖Φx − y‖² + ½θ‖x‖², x [10, 1]. */
export function ridgeCondition(): Condition {
  const rows = readTable('diabetes.csv', {header: true});
  const phi = tf.tensor2d(rows.map((row) => row.slice(0, -1)));
  const y = tf.tensor2d(rows.map((row) => row.slice(-1)));
  return (x, theta) => {
    const residual = tf.sub(tf.matMul(phi, x), y);
    return tf.add(tf.matMul(phi, residual, true), tf.mul(theta, x));
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

/** Iterates, and both derivatives at each of them. */
export function measure(
  gradient: Condition,
  {theta, x, dx, normDx, step, descent: reference}: Reference,
  lambdaMin: number,
  times: readonly number[],
): Path {
  return tf.tidy(() => {
    const at = tf.scalar(theta);
    const one = tf.scalar(1);
    const alpha = lambdaMin + theta;
    const iterates = descent(gradient, step, times);
    const implicitAt = (point: tf.Tensor) => rootJvp(gradient, point, [at], [one], {batched: false});
    const xs = iterates(at);
    const unrolled = jvp(iterates, [at], [one]);
    const errors = times.map((t, i) => {
      const iterate = distance(xs[i], x);
      return {
        t,
        iterate,
        implicit: distance(implicitAt(xs[i]), dx),
        unrolled: distance(unrolled[i], dx),
        bound: iterate / alpha,
      };
    });
    const floor = distance(implicitAt(tf.tensor2d(x, [10, 1])), dx);
    return {theta, alpha, normDx, errors, floor, reference};
  });
}

/** ‖tensor − reference‖, in float64. */
function distance(tensor: tf.Tensor, reference: readonly number[]): number {
  return Math.hypot(...Array.from(tensor.dataSync(), (value, i) => value - reference[i]));
}
