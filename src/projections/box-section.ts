/** @file Projection onto a box cut by a hyperplane. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape, recordOp} from '../autodiff/index.js';
import {fill, runBoxSection, SIDE, type BoxSection} from '../kernels/index.js';
import {safeDivide} from '../linsolve/index.js';
import {scalarRoot} from '../solvers/index.js';
import {box} from './box.js';
import {alikeRows, asColumn, maskedEntries, onRows} from './rows.js';

/** The box and the hyperplane of `projections.boxSection`. */
export type BoxSectionParams = {
  /** The lower bound of each entry: a number or a tensor that broadcasts with x; −Infinity for none. Default 0. */
  lower?: number | tf.Tensor | undefined;
  /** The upper bound of each entry: a number or a tensor that broadcasts with x; Infinity for none. Default 1. */
  upper?: number | tf.Tensor | undefined;
  /**
   * The normal of the hyperplane: a number or a tensor that broadcasts with x. It may have any sign; an entry whose weight is 0
   * is free. Default 1.
   */
  w?: number | tf.Tensor | undefined;
  /** The offset: a number, or a tensor of x's shape without the last axis. */
  c: number | tf.Tensor;
};

/** wᵀy may miss c by this share of the magnitudes that it sums up, where f32 has found it. */
const FEASIBLE = 1e-4;

const NAMES: Names<BoxSectionParams> = {lower: 0, upper: 0, w: 0, c: 1};

type Params = [point: tf.Tensor, low: tf.Tensor, high: tf.Tensor, normal: tf.Tensor, offset: tf.Tensor];

/**
 * argmin ‖y − x‖² subject to lower ≤ y ≤ upper, wᵀy = c, along the last axis: y = clip(x + τw), τ the root of wᵀy − c.
 *
 * A row without a feasible y becomes NaN; the other rows are unaffected. With the defaults and c = k it is the capped simplex,
 * whose corners select k entries. An entry −∞ of x is masked: it is removed, becomes 0 and has no gradient; a fully masked row
 * becomes 0.
 *
 * @param x [..., n]. Differentiable in all five, in O(n), to any order. f64 inside, if the host can read.
 * @throws If x has no axis.
 * @see Blondel et al. 2022 (arXiv 2105.15183), appendix C (box sections).
 */
export function boxSection(x: tf.Tensor, params: BoxSectionParams): tf.Tensor {
  const {lower = 0, upper = 1, w = 1, c} = checkOptions('projections.boxSection', params, NAMES, 'parameter');
  return onRows('boxSection', {x, lower, upper, w, c}, (rows, {x, lower, upper, w, c}) => {
    const [low, high, normal] = [lower, upper, w].map((value) => alikeRows(value, x));
    const params: Params = [rows, low, high, normal, asColumn(c, x)];
    return sectionOnHost(params) ?? sectionBySearch(params);
  });
}

/** In f64, with the derivative in closed form; `null` where there is no kernel. */
function sectionOnHost(params: Params): tf.Tensor | null {
  const [x, lower, upper, w, c] = params;
  const found = offTape(() => runBoxSection({x, lower, upper, w, c}) as unknown as tf.TensorContainerObject);
  if (!found) return null;
  const {y, tau, side} = found as unknown as BoxSection;
  // Of integers: it has no derivative.
  const sides = offTape(() => tf.cast(side, 'int32'));
  return recordOp({
    name: 'BoxSection',
    values: [y, tau],
    inputs: [...params, sides],
    gradient: ([dy, dTau], [y, tau], [, , , w, , sides]) => {
      const isOn = (code: number) =>
        offTape(() => tf.cast(tf.equal(sides, tf.scalar(code, 'int32')), 'float32'));
      const [free, below, above] = [SIDE.free, SIDE.lower, SIDE.upper].map(isOn);
      const point = tf.where(
        offTape(() => tf.isNaN(y)),
        tf.zerosLike(y),
        y,
      );
      const weights = tf.mul(free, w);
      const square = tf.sum(tf.mul(weights, w), 1, true);
      const pull = tf.add(tf.sum(tf.mul(weights, dy), 1, true), dTau);
      const share = safeDivide(pull, square);
      const left = tf.sub(dy, tf.mul(share, w));
      const dx = tf.where(tf.cast(free, 'bool'), left, tf.zerosLike(left));
      const dw = tf.sub(tf.mul(tau, dx), tf.mul(share, point));
      return [dx, tf.mul(below, left), tf.mul(above, left), dw, share];
    },
  })[0];
}

/** In f32, with the derivative of an implicit function, for devices whose tensors the host cannot read. */
function sectionBySearch([given, low, high, weights, offset]: Params): tf.Tensor {
  const masked = maskedEntries(given);
  const none = tf.zerosLike(given);
  const [raw, lows, highs, normal] = [given, low, high, weights].map((each) => tf.where(masked, none, each));
  const at = (tau: tf.Tensor, point: tf.Tensor, low: tf.Tensor, high: tf.Tensor, slope: tf.Tensor) =>
    box(tf.add(point, tf.mul(tau, slope)), {lower: low, upper: high});
  const value = (tau: tf.Tensor, ...[point, low, high, slope, target]: Params) =>
    tf.sub(tf.sum(tf.mul(slope, at(tau, point, low, high, slope)), 1, true), target);
  const slope = (tau: tf.Tensor, ...[point, low, high, weights]: Params) => {
    const moved = tf.add(point, tf.mul(tau, weights));
    const free = tf.logicalAnd(tf.greater(moved, low), tf.less(moved, high));
    return tf.sum(tf.mul(tf.cast(free, 'float32'), tf.square(weights)), 1, true);
  };
  const root = (...params: Params) =>
    scalarRoot({value, slope, bracket: (...given) => bracketOf(value, slope, given)}, ...params);
  // A first search finds an entry that decides; measured from it along the normal, the size of x cancels where weights are equal.
  const shift = offTape(() =>
    decidingShift(root(raw, lows, highs, normal, offset), raw, lows, highs, normal),
  );
  const rows = tf.sub(raw, tf.mul(shift, normal));
  const params: Params = [rows, lows, highs, normal, offset];
  const tau = root(...params);
  const y = at(tau, rows, lows, highs, normal);
  const {solved, empty} = offTape(() => {
    const size = tf.add(tf.sum(tf.abs(tf.mul(normal, y)), 1, true), tf.abs(offset));
    const missed = tf.abs(value(tau, ...params));
    const left = tf.sum(tf.cast(tf.logicalNot(masked), 'float32'), 1, true);
    return {
      solved: tf.broadcastTo(tf.lessEqual(missed, tf.mul(FEASIBLE, size)), y.shape),
      empty: tf.broadcastTo(tf.equal(left, 0), y.shape),
    };
  });
  return tf.where(empty, none, tf.where(solved, y, fill(y.shape, NaN)));
}

/** xₘ/wₘ for the entry m whose bounds are the nearest to xₘ + τwₘ, of those with a weight; 0 if none has one. [rows, 1]. */
function decidingShift(
  tau: tf.Tensor,
  x: tf.Tensor,
  low: tf.Tensor,
  high: tf.Tensor,
  w: tf.Tensor,
): tf.Tensor {
  const moved = tf.add(x, tf.mul(tau, w));
  const outside = tf.relu(tf.maximum(tf.sub(low, moved), tf.sub(moved, high)));
  const weighted = tf.notEqual(w, 0);
  const distance = tf.where(weighted, safeDivide(outside, tf.abs(w)), tf.fill(x.shape, 3e38));
  const chosen = tf.oneHot(tf.argMin(distance, 1), x.shape[1]!);
  const of = (values: tf.Tensor) => tf.sum(tf.mul(tf.cast(chosen, 'float32'), values), 1, true);
  return safeDivide(of(x), of(w));
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
  const extreme = (empty: number, reduce: typeof tf.min, side: number) => {
    const edge = reduce(tf.where(finite, breaks, fill(breaks.shape, empty)), 1, true);
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
