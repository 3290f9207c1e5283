/** @file The root of an increasing function of one variable, for each sample: Newton's method in a bracket. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Parameter} from '../../../autodiff/index.js';
import {solvedRoot, type Condition} from '../../../implicit/index.js';
import {fill, hostCanRead} from '../../../kernels/index.js';
import {lookEvery} from '../../../programs/index.js';
import {scalar} from '../../../linsolve/index.js';

/** An increasing function f of one variable τ, one for each sample. */
export interface GrowingFunction<P extends Parameter[] = tf.Tensor[]> {
  /** f(τ, ...params), [B, 1], increasing in τ; differentiable. */
  value: (tau: tf.Tensor, ...params: P) => tf.Tensor;
  /** ∂f/∂τ ≥ 0, [B, 1]; not differentiated. */
  slope: (tau: tf.Tensor, ...params: P) => tf.Tensor;
  /** τ with f(τ) ≤ 0, and with f(τ) ≥ 0; [B, 1]. */
  bracket: (...params: P) => [tf.Tensor, tf.Tensor];
}

/** Every third step halves the bracket, regardless of Newton's method. */
const HALVE_EVERY = 3;
const MAX_ITERATIONS = 60;
const CHECK_EVERY = 4;

/** A sample ends with a step of less than this fraction of τ, the rounding of f32. */
const ROUNDING = 1e-7;

/**
 * τ with f(τ, ...params) = 0, [B, 1], differentiable in the parameters by the implicit-function theorem.
 *
 * A sample whose bracket is NaN gets NaN.
 */
export function scalarRoot<P extends Parameter[] = tf.Tensor[]>(
  f: GrowingFunction<P>,
  ...params: P
): tf.Tensor {
  const condition: Condition<tf.Tensor, P> = (tau, ...rest) => f.value(tau, ...rest);
  return tf.tidy(
    () =>
      solvedRoot(condition, {linsolve: scalar(), onFailure: 'ignore'}, params, () => ({x: search(f, params)}))
        .x,
  );
}

function search<P extends Parameter[]>({value, slope, bracket}: GrowingFunction<P>, params: P): tf.Tensor {
  return offTape(() => {
    let [low, high] = bracket(...params);
    let tau = low;
    let active = tf.onesLike(tau);
    for (let k = 0; k < MAX_ITERATIONS; k++) {
      const [f, df] = [value(tau, ...params), slope(tau, ...params)];
      const below = tf.less(f, 0);
      low = tf.where(below, tau, low);
      high = tf.where(below, high, tau);
      const newton = tf.sub(tau, tf.div(f, tf.maximum(df, 1e-30)));
      const inside = tf.logicalAnd(tf.greaterEqual(newton, low), tf.lessEqual(newton, high));
      const middle = tf.add(tf.mul(0.5, low), tf.mul(0.5, high));
      const halving = k % HALVE_EVERY === HALVE_EVERY - 1;
      const step = tf.where(inside, newton, middle);
      const still = tf.lessEqual(tf.abs(tf.sub(step, tau)), tf.maximum(tf.mul(ROUNDING, tf.abs(tau)), 1e-37));
      const next = halving ? tf.where(still, step, middle) : step;
      tau = tf.where(tf.cast(active, 'bool'), next, tau);
      active = tf.mul(active, tf.sub(1, tf.cast(tf.logicalOr(still, tf.isNaN(f)), 'float32')));
      if (
        (k + 1) % lookEvery(CHECK_EVERY) === 0 &&
        hostCanRead() &&
        active.dataSync().every((flag) => flag === 0)
      )
        break;
    }
    return tf.where(tf.isNaN(value(tau, ...params)), fill(tau.shape, NaN), tau);
  });
}
