/** @file Projection onto a box cut by a hyperplane. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {scalarRoot} from '../solvers/index.js';
import {box} from './box.js';
import {alikeRows, asColumn, onRows} from './rows.js';

export type BoxSectionParams = {
  /** Bounds of each entry: numbers or tensors that broadcast with x; ±Infinity for none. Defaults 0 and 1. */
  lower?: number | tf.Tensor;
  upper?: number | tf.Tensor;
  /** The normal of the hyperplane: a number or a tensor that broadcasts with x. Of any sign; an entry 0 is free. Default 1. */
  w?: number | tf.Tensor;
  /** The offset: a number, or a tensor of x's shape without the last axis. */
  c: number | tf.Tensor;
};

/** wᵀy may miss c by this share of the magnitudes that it sums up; a sample that misses it by more has no solution. */
const FEASIBLE = 1e-4;

const NAMES: Names<BoxSectionParams> = {lower: 0, upper: 0, w: 0, c: 1};

/**
 * argmin ‖y − x‖² subject to lower ≤ y ≤ upper, wᵀy = c, along the last axis: y = clip(x + τw), τ the root of wᵀy − c.
 *
 * A row that no y satisfies becomes NaN, the others do not notice. With the defaults and c = k it is the capped simplex, whose
 * corners choose k entries.
 *
 * @param x [..., n]. Differentiable in all five, in O(n).
 * @throws If x has no axis.
 * @see Blondel et al. 2022 (arXiv 2105.15183), appendix C (box sections).
 */
export function boxSection(x: tf.Tensor, params: BoxSectionParams): tf.Tensor {
  const {lower = 0, upper = 1, w = 1, c} = checkOptions('projections.boxSection', params, NAMES, 'parameter');
  return onRows(x, 'boxSection', (rows) => {
    const [lows, highs, normal] = [lower, upper, w].map((value) => alikeRows(value, x));
    const offset = asColumn(c, x);
    const at = (tau: tf.Tensor, point: tf.Tensor, low: tf.Tensor, high: tf.Tensor, slope: tf.Tensor) =>
      box(tf.add(point, tf.mul(tau, slope)), {lower: low, upper: high});
    type Params = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const params: Params = [rows, lows, highs, normal, offset];
    const value = (tau: tf.Tensor, ...[point, low, high, slope, target]: Params) =>
      tf.sub(tf.sum(tf.mul(slope, at(tau, point, low, high, slope)), 1, true), target);
    const slope = (tau: tf.Tensor, ...[point, low, high, weights]: Params) => {
      const moved = tf.add(point, tf.mul(tau, weights));
      const free = tf.logicalAnd(tf.greater(moved, low), tf.less(moved, high));
      return tf.sum(tf.mul(tf.cast(free, 'float32'), tf.square(weights)), 1, true);
    };
    const tau = scalarRoot({value, slope, bracket: (...given) => bracketOf(value, slope, given)}, ...params);
    const y = at(tau, rows, lows, highs, normal);
    const solved = offTape(() => {
      const size = tf.add(tf.sum(tf.abs(tf.mul(normal, y)), 1, true), tf.abs(offset));
      const missed = tf.abs(value(tau, ...params));
      return tf.broadcastTo(tf.lessEqual(missed, tf.mul(FEASIBLE, size)), y.shape);
    });
    return tf.where(solved, y, tf.fill(y.shape, NaN));
  });
}

/** The outermost τ at which an entry meets a bound; beyond them the function is a line, which is followed to its root. */
function bracketOf<P extends [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]>(
  value: (tau: tf.Tensor, ...params: P) => tf.Tensor,
  slope: (tau: tf.Tensor, ...params: P) => tf.Tensor,
  params: P,
): [tf.Tensor, tf.Tensor] {
  const [point, low, high, weights] = params;
  const breaks = tf.concat(
    [low, high].map((bound) => tf.div(tf.sub(bound, point), weights)),
    1,
  );
  const finite = tf.isFinite(breaks);
  const extreme = (fill: number, reduce: typeof tf.min, side: number) => {
    const edge = reduce(tf.where(finite, breaks, tf.fill(breaks.shape, fill)), 1, true);
    const known = tf.where(tf.isFinite(edge), edge, tf.zerosLike(edge));
    // A little outside of the last break, where the slope is that of the line.
    const outside = tf.add(known, tf.mul(side, tf.add(tf.mul(1e-3, tf.abs(known)), 1e-3)));
    const [f, df] = [value(outside, ...params), slope(outside, ...params)];
    const wrong = tf.logicalAnd(tf.greater(tf.mul(-side, f), 0), tf.greater(df, 0));
    const further = tf.div(tf.mul(1.01, f), tf.where(wrong, df, tf.onesLike(df)));
    return tf.where(wrong, tf.sub(outside, further), outside);
  };
  return [extreme(Infinity, tf.min, -1), extreme(-Infinity, tf.max, 1)];
}
