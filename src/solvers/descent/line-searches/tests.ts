/** @file When a step is good enough: the conditions of Armijo, Goldstein and Wolfe. */
import * as tf from '@tensorflow/tfjs-core';
import type {LineStart} from './types.js';

/** f32 cannot distinguish values that are closer than this fraction of |φ(0)|: a sum of a few logarithms already has half of this error. */
const ROUNDING = 1e-6;

/** A step, with φ and φ' there: [B] each. */
export interface Trial {
  t: tf.Tensor;
  value: tf.Tensor;
  slope: tf.Tensor;
}

/**
 * φ(t) ≤ φ(0) + c₁tφ'(0), or, if the values cannot be distinguished, φ'(t) ≤ (2c₁ − 1)φ'(0), which is equivalent for a parabola.
 *
 * @see Hager & Zhang 2005, equations 1.2 and 4.1.
 */
export function decreases({t, value, slope}: Trial, start: LineStart, c1: number): tf.Tensor {
  const armijo = tf.lessEqual(value, tf.add(start.value, tf.mul(tf.mul(c1, t), start.slope)));
  const alike = tf.lessEqual(tf.abs(tf.sub(value, start.value)), tf.mul(ROUNDING, tf.abs(start.value)));
  const approximate = tf.lessEqual(slope, tf.mul(2 * c1 - 1, start.slope));
  return tf.logicalOr(armijo, tf.logicalAnd(alike, approximate));
}

/** 1 if f decreases from the start, [B]: no step is good for a sample that is NaN or already at its solution. */
export function leadsDown({value, slope}: LineStart): tf.Tensor {
  return tf.cast(tf.logicalAnd(tf.isFinite(value), tf.less(slope, 0)), 'float32');
}

/** φ(t) ≥ φ(0) + (1 − c₁)tφ'(0): not too short. */
export function goldstein({t, value}: Trial, start: LineStart, c1: number): tf.Tensor {
  return tf.greaterEqual(value, tf.add(start.value, tf.mul(tf.mul(1 - c1, t), start.slope)));
}

/** φ'(t) ≥ c₂φ'(0). */
export function wolfe({slope}: Trial, start: LineStart, c2: number): tf.Tensor {
  return tf.greaterEqual(slope, tf.mul(c2, start.slope));
}

/** |φ'(t)| ≤ c₂|φ'(0)|. */
export function strongWolfe({slope}: Trial, start: LineStart, c2: number): tf.Tensor {
  return tf.lessEqual(tf.abs(slope), tf.mul(-c2, start.slope));
}

/** @throws If not 0 < c₁ < c₂ < 1, or maxIterations is not a positive integer. */
export function checkConstants(className: string, c1: number, c2: number, maxIterations: number): void {
  if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
    throw new Error(`${className}: maxIterations must be a positive integer, got ${maxIterations}.`);
  }
  if (!(c1 > 0 && c1 < c2 && c2 < 1)) {
    throw new Error(`${className}: c1 and c2 must satisfy 0 < c1 < c2 < 1, got c1 = ${c1} and c2 = ${c2}.`);
  }
}
