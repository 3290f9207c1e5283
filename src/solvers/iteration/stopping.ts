/**
 * @file The stopping test: each entry is measured relative to its terms, so that the scaling of x or f does not matter.
 *
 * A gradient or a residual F is zero where its terms cancel. A small relative change of x shows how large these terms are: entry
 * j of F(x + εX∘σ) − F(x), over ε, is about (|∂F| X)ⱼ, the size of row j in its own units. F is zero to the relative accuracy of
 * the tolerance where |Fⱼ| ≤ tolerance·(|Fⱼ| + (|∂F| X)ⱼ) for every j. Xⱼ is |xⱼ|, and for an entry that is zero at the solution
 * 1e-4 of the largest |xⱼ| so far.
 */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {safeDivide} from '../../linsolve/index.js';
import {fill} from '../../kernels/index.js';
import {spacing} from '../../programs/index.js';
import type {Tolerances} from './tolerances.js';

/** What a test remembers of earlier iterations: [B, n] or [B, 1]. */
export type Watch = {
  largest: tf.Tensor;
  terms: tf.Tensor;
  count: tf.Tensor;
  best: tf.Tensor;
  held: tf.Tensor;
};

/** The size of an entry that is zero at the solution, as a fraction of its largest value so far. */
export const SHARE_OF_LARGEST = 1e-4;
/** ε of the small change: its square is far below it, and the rounding of F far below both. */
const CHANGE = 2 ** -14;
/** After this many iterations within the tolerance, or without an improvement, only rounding remains. */
export const PATIENCE = 10;
const LONG_PATIENCE = 40;
/** The factor by which an earlier move counts less with each iteration, if moves are short. */
const FADING = 0.5;
/** If steps are too short to change x in f32, this fraction of the terms may remain. */
const STUCK = 1e-3;

export function startWatch(x: tf.Tensor): Watch {
  return offTape(() => {
    const column = tf.zeros([x.shape[0], 1]);
    const best = fill([x.shape[0], 1], Infinity);
    return {
      ...{largest: tf.abs(x), terms: tf.zerosLike(x), count: column},
      ...{best, held: tf.zerosLike(column)},
    };
  });
}

/** Xⱼ. */
export function sizesOf(x: tf.Tensor, largest: tf.Tensor): tf.Tensor {
  return tf.maximum(tf.abs(x), tf.mul(SHARE_OF_LARGEST, largest));
}

export interface Place {
  /** [B, n]. */
  x: tf.Tensor;
  /** The gradient or F at x. */
  value: tf.Tensor;
  /** The same at another point. */
  at: (x: tf.Tensor) => tf.Tensor;
  /** The move from x, which is zero at a solution. */
  step: tf.Tensor;
  /** The quantity that must be zero, if it is not `value` (for example a gradient mapping): [B, n]. */
  rest?: tf.Tensor | undefined;
  /** 1 where an entry cannot move by less than rounding allows, [B, n]. */
  stuck?: tf.Tensor | undefined;
  /** Whether steps are much shorter than the remaining distance: then earlier steps count as well. */
  creeping?: boolean | undefined;
  /** An upper limit for an entry relative to its terms, if one is known from elsewhere (distance to a bound): [B, n]. */
  ceiling?: tf.Tensor | undefined;
}

/**
 * The largest entry relative to its terms; at most the tolerance if all are zero to that accuracy, and x no longer moves or has
 * had 10 iterations to stop.
 */
export function zeroTest(
  {x, value, at, step, rest = value, stuck, creeping, ceiling}: Place,
  watch: Watch,
  {tolerance, absoluteTolerance}: Tolerances,
): {residual: tf.Tensor1D; watch: Watch} {
  return offTape(() => {
    const largest = tf.maximum(watch.largest, tf.abs(x));
    const sizes = sizesOf(x, largest);
    const change = tf.div(tf.sub(at(perturbed(x, sizes, watch.count)), value), CHANGE);
    const seen = tf.abs(tf.where(tf.isFinite(change), change, tf.zerosLike(change)));
    // One change of x can miss a row whose terms happen to cancel; the next change is a different one.
    const terms = tf.maximum(seen, tf.mul(0.5, watch.terms));
    const beyond = tf.relu(tf.sub(tf.abs(rest), absoluteTolerance));
    let shares = safeDivide(beyond, tf.add(tf.abs(value), tf.maximum(terms, beyond)));
    if (ceiling) shares = tf.minimum(shares, ceiling);
    if (stuck && tolerance > 0) {
      const resting = tf.logicalAnd(tf.cast(stuck, 'bool'), tf.lessEqual(shares, STUCK));
      shares = tf.where(resting, tf.zerosLike(shares), shares);
    }
    const share = tf.max(shares, 1, true);
    const length = tf.abs(step);
    const latest = tf.max(safeDivide(length, tf.add(length, sizes)), 1, true);
    const earlier = tf.where(tf.isFinite(watch.best), watch.best, tf.zerosLike(latest));
    const faded = tf.maximum(latest, tf.mul(FADING, earlier));
    const move = creeping ? tf.where(tf.greater(latest, 0), faded, latest) : latest;
    const within = tf.lessEqual(share, tolerance);
    const held = tf.where(within, tf.add(watch.held, 1), tf.zerosLike(watch.held));
    const rests = tf.logicalAnd(
      tf.lessEqual(move, tolerance),
      tf.lessEqual(share, creeping ? Math.min(spacing(), tolerance) : tolerance),
    );
    const waited = tf.greaterEqual(held, creeping ? LONG_PATIENCE : PATIENCE);
    const patient = tf.logicalOr(waited, tf.logicalOr(rests, tf.equal(move, 0)));
    const waiting = tf.logicalAnd(within, tf.logicalNot(patient));
    const more = tf.maximum(tf.maximum(move, share), tf.fill(share.shape, 2 * tolerance));
    const measure = tf.where(waiting, more, share);
    const residual = nanWhere(notFinite(x, value, rest), measure);
    return {
      residual,
      watch: {largest, terms, count: tf.add(watch.count, 1), best: creeping ? move : watch.best, held},
    } as unknown as tf.TensorContainerObject;
  }) as unknown as {residual: tf.Tensor1D; watch: Watch};
}

/**
 * The largest |rⱼ|/(|rⱼ| + Xⱼ), r = T(x) − x. If that no longer decreases and r is small relative to the largest entry of each leaf, the
 * result is this second quotient, because only rounding in the terms of T remains.
 *
 * @param leaves The rows leaf by leaf.
 */
export function restTest(
  {x, r, leaves}: {x: tf.Tensor; r: tf.Tensor; leaves: (rows: tf.Tensor) => tf.Tensor[]},
  watch: Watch,
  {tolerance, absoluteTolerance}: Tolerances,
): {residual: tf.Tensor1D; watch: Watch} {
  return offTape(() => {
    const [batch] = x.shape;
    const largest = tf.maximum(watch.largest, tf.abs(x));
    const sizes = sizesOf(x, largest);
    const beyond = tf.relu(tf.sub(tf.abs(r), absoluteTolerance));
    const strict = tf.max(safeDivide(beyond, tf.add(beyond, sizes)), 1, true);
    const tops = (rows: tf.Tensor) =>
      leaves(rows).map((leaf) => tf.max(tf.reshape(leaf, [batch, -1]), 1, true));
    const scales = tops(sizes);
    const quotients = tops(beyond).map((top, i) => safeDivide(top, tf.add(top, scales[i])));
    const loose = quotients.reduce((a, b) => tf.maximum(a, b));
    const improved = tf.less(strict, watch.best);
    const held = tf.where(improved, tf.zerosLike(watch.held), tf.add(watch.held, 1));
    const stands = tf.logicalAnd(tf.greaterEqual(held, PATIENCE), tf.lessEqual(loose, tolerance));
    const residual = nanWhere(notFinite(x, r, r), tf.where(stands, loose, strict));
    return {
      residual,
      watch: {
        ...{largest, terms: watch.terms, count: tf.add(watch.count, 1)},
        ...{best: tf.minimum(watch.best, strict), held},
      },
    } as unknown as tf.TensorContainerObject;
  }) as unknown as {residual: tf.Tensor1D; watch: Watch};
}

/** 1 if a move is shorter than the distance of neighbouring f32 numbers. */
export function withinRounding(move: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return offTape(() => tf.cast(tf.lessEqual(tf.abs(move), tf.mul(spacing(), tf.abs(x))), 'float32'));
}

/** x + εX∘σ with signs and sizes that differ from entry to entry and from count to count; no entry changes its sign. */
function perturbed(x: tf.Tensor, sizes: tf.Tensor, count: tf.Tensor): tf.Tensor {
  const n = x.shape[1]!;
  const angles = tf.add(tf.mul(2.4, tf.range(0, n)), tf.mul(1.1, tf.add(count, 1)));
  const pattern = tf.sin(angles);
  const change = tf.mul(tf.mul(CHANGE, sizes), pattern);
  const near = tf.less(tf.abs(x), tf.mul(2 * CHANGE, sizes));
  const away = tf.mul(tf.abs(change), tf.where(tf.less(x, 0), tf.fill(x.shape, -1), tf.onesLike(x)));
  return tf.add(x, tf.where(near, away, change));
}

/** Shape [B, 1]: whether an entry is not. */
export function notFinite(...rows: tf.Tensor[]): tf.Tensor {
  const good = rows.map((row) => tf.all(tf.isFinite(row), 1, true));
  return tf.logicalNot(good.reduce((a, b) => tf.logicalAnd(a, b)));
}

function nanWhere(bad: tf.Tensor, measure: tf.Tensor): tf.Tensor1D {
  return tf.reshape(tf.where(bad, fill(measure.shape, NaN), measure), [-1]);
}
