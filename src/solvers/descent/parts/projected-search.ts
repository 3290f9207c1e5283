/** @file Armijo's rule along a path that is projected onto bounds. */
import * as tf from '@tensorflow/tfjs-core';
import {fill} from '../../../kernels/index.js';
import {rowDot} from '../../../linsolve/index.js';
import {loopWhile, spacing} from '../../../programs/index.js';

const ARMIJO = 1e-4;
const TRIALS = 30;
/** Values that differ by this many roundings of |f| count as equal. */
const ROUNDINGS = 8;

/** The start of a search: rows [B, n], f and its slopes there; `movable`, [B, 1], says if any entry can move. */
export interface SearchStart {
  x: tf.Tensor2D;
  value: tf.Tensor;
  slopes: tf.Tensor2D;
  movable: tf.Tensor;
}

/**
 * The longest of trial, trial/2, … that decreases f enough, [B, 1], or 0 if there is none; and the lowest value that was seen.
 *
 * If values are equal up to rounding, or not known, slopes decide.
 */
export function projectedSearch(
  {x, value, slopes, movable}: SearchStart,
  {trial, way}: {trial: tf.Tensor; way: tf.Tensor},
  {
    project,
    valueAt,
    slopesAt,
  }: {
    project: (rows: tf.Tensor) => tf.Tensor2D;
    valueAt: ((rows: tf.Tensor) => tf.Tensor) | null;
    slopesAt: (rows: tf.Tensor) => tf.Tensor2D;
  },
): {t: tf.Tensor; lowest: tf.Tensor} {
  // No step is good for a sample that is NaN or already at its solution.
  const open = tf.logicalAnd(tf.isFinite(value), movable);
  const {step, lowest} = loopWhile(
    {
      ...{lowest: value, s: trial, step: tf.zerosLike(trial)},
      searching: tf.cast(open, 'float32') as tf.Tensor,
    },
    ({lowest: least, s, step: before, searching}) => {
      const there = project(tf.add(x, tf.mul(s, way)));
      const change = tf.sub(there, x);
      const slope = rowDot(slopes, change);
      const slopeThere = rowDot(slopesAt(there), change);
      // Without f, its change is estimated from the slopes at both ends: exact for a parabola.
      const reached = valueAt ? valueAt(there) : tf.mul(0.5, tf.add(slope, slopeThere));
      const seen = tf.where(tf.isNaN(reached), fill(least.shape, Infinity), reached);
      const armijo = tf.lessEqual(reached, tf.add(value, tf.mul(ARMIJO, slope)));
      const alike = tf.lessEqual(
        tf.abs(tf.sub(reached, value)),
        tf.mul(ROUNDINGS * spacing(), tf.abs(value)),
      );
      const flat = tf.lessEqual(slopeThere, tf.mul(2 * ARMIJO - 1, slope));
      const good = tf.cast(tf.logicalOr(armijo, tf.logicalAnd(alike, flat)), 'float32');
      const left = tf.mul(searching, tf.sub(1, good));
      const state = {
        ...{lowest: tf.minimum(least, seen), s: tf.mul(0.5, s), searching: left},
        step: tf.where(tf.cast(tf.mul(good, searching), 'bool'), s, before),
      };
      return {state, open: left};
    },
    {limit: TRIALS},
  );
  return {t: step, lowest};
}
