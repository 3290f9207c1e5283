/** @file Armijo's rule along a path that is projected onto bounds. */
import * as tf from '@tensorflow/tfjs-core';
import {fill, hostCanRead} from '../../../kernels/index.js';
import {rowDot} from '../../../linsolve/index.js';

const ARMIJO = 1e-4;
const TRIALS = 30;
/** Values nearer than this share of |f| are one value in f32. */
const ROUNDING = 1e-6;

/** Where a search begins: rows [B, n], f and its slopes there; `movable`, [B, 1], says whether there is any way to go. */
export interface SearchStart {
  x: tf.Tensor2D;
  value: tf.Tensor;
  slopes: tf.Tensor2D;
  movable: tf.Tensor;
}

/**
 * The longest of trial, trial/2, … that lowers f enough, [B, 1]: 0 where none does. With the lowest value that was seen.
 *
 * Where values are alike up to rounding, slopes decide.
 */
export function projectedSearch(
  {x, value, slopes, movable}: SearchStart,
  {trial, way}: {trial: tf.Tensor; way: tf.Tensor},
  {
    project,
    at,
  }: {
    project: (rows: tf.Tensor) => tf.Tensor2D;
    at: (rows: tf.Tensor) => {value: tf.Tensor; gradient: tf.Tensor2D};
  },
): {t: tf.Tensor; lowest: tf.Tensor} {
  let lowest = value;
  let s = trial;
  let step = tf.zerosLike(trial);
  // No step is good for a sample that is NaN, or that stands on its solution.
  const open = tf.logicalAnd(tf.isFinite(value), movable);
  let searching = tf.cast(open, 'float32') as tf.Tensor;
  for (let k = 0; k < TRIALS; k++) {
    const there = project(tf.add(x, tf.mul(s, way)));
    const change = tf.sub(there, x);
    const slope = rowDot(slopes, change);
    const reached = at(there);
    lowest = tf.minimum(
      lowest,
      tf.where(tf.isNaN(reached.value), fill(lowest.shape, Infinity), reached.value),
    );
    const armijo = tf.lessEqual(reached.value, tf.add(value, tf.mul(ARMIJO, slope)));
    const alike = tf.lessEqual(tf.abs(tf.sub(reached.value, value)), tf.mul(ROUNDING, tf.abs(value)));
    const flat = tf.lessEqual(rowDot(reached.gradient, change), tf.mul(2 * ARMIJO - 1, slope));
    const good = tf.cast(tf.logicalOr(armijo, tf.logicalAnd(alike, flat)), 'float32');
    step = tf.where(tf.cast(tf.mul(good, searching), 'bool'), s, step);
    searching = tf.mul(searching, tf.sub(1, good));
    s = tf.mul(0.5, s);
    if (hostCanRead() && searching.dataSync().every((flag) => flag === 0)) break;
  }
  return {t: step, lowest};
}
