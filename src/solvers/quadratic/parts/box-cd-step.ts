/** @file One step towards the minimum of a quadratic function in a box. */
import * as tf from '@tensorflow/tfjs-core';
import {matVec, solve as solveLinear} from '../../../linalg/index.js';
import {asNumbers, clip, finite, positive, type BoxedRows} from '../splitting/rows.js';

/** The lengths of the Newton step that are tried, all at the same time. */
const LENGTHS = [1, 1 / 4, 1 / 16, 1 / 64, 1 / 256];
/**
 * The range of the term that is added to a diagonal of ones. The minimum is above the rounding that `screen` tolerates. The term grows by
 * factors of ten if bounds cut the Newton step short, which happens to steps that are long because of missing curvature.
 */
export const DAMPING = [3e-5, 10] as const;

export type Bounds = {gradient: tf.Tensor2D; lower: tf.Tensor; upper: tf.Tensor; y: tf.Tensor2D};

/** The gradient at x, the bounds that hold x against it, and their multipliers. */
export function boundsOf({Q, p, l, u}: BoxedRows, x: tf.Tensor2D): Bounds {
  const gradient = tf.add(matVec(Q, x), p) as tf.Tensor2D;
  const upper = tf.logicalAnd(tf.greaterEqual(x, u), tf.lessEqual(gradient, 0));
  const atLower = tf.logicalAnd(tf.lessEqual(x, l), tf.greaterEqual(gradient, 0));
  const lower = tf.logicalAnd(atLower, tf.logicalNot(upper));
  const y = tf.where(tf.logicalOr(lower, upper), tf.neg(gradient), tf.zerosLike(gradient)) as tf.Tensor2D;
  return {gradient, lower, upper, y};
}

/** The best point among the clipped Newton steps, the clipped gradient step and x itself. */
export function descend(
  {Q, l, u}: BoxedRows,
  x: tf.Tensor2D,
  {gradient}: Bounds,
  damping: tf.Tensor2D,
): {x: tf.Tensor; damping: tf.Tensor2D} {
  const [batch, n] = x.shape;
  const unit = tf.expandDims(tf.eye(n), 0);
  const diagonal = tf.sum(tf.mul(Q, unit), 2);
  // Works in units in which the diagonal is one.
  const scale = tf.rsqrt(positive(diagonal));
  const scaled = tf.mul(tf.mul(tf.expandDims(scale, 2), Q), tf.expandDims(scale, 1));
  const bound = tf.maximum(1, tf.max(tf.sum(tf.abs(scaled), 2), 1, true));
  const steepest = tf.neg(tf.div(tf.mul(tf.square(scale), gradient), bound));
  // A coordinate that the gradient step carries to its bound goes there: a Newton step across the bound may lead uphill.
  const reached = tf.add(x, steepest);
  const held = tf.logicalOr(tf.lessEqual(reached, l), tf.greaterEqual(reached, u));
  const free = asNumbers(tf.logicalNot(held));
  const share = tf.mul(scale, free);
  const matrix = tf.mul(tf.mul(tf.expandDims(share, 2), Q), tf.expandDims(share, 1));
  const regular = tf.add(matrix, tf.mul(tf.expandDims(tf.sub(tf.add(1, damping), free), 2), unit));
  const right = tf.mul(share, gradient);
  const safe = finite(right);
  const solved = solveLinear(regular, tf.expandDims(safe, 2), {assume: 'positiveDefinite'});
  const newton = tf.neg(tf.mul(share, tf.reshape(solved, [batch, n])));
  const toBounds = tf.where(held, steepest, tf.zerosLike(steepest));
  const points = tf.stack(
    [...LENGTHS.map((length) => tf.add(tf.mul(length, newton), toBounds)), steepest].map((d) =>
      clip(tf.add(x, d), l, u),
    ),
    1,
  );
  const steps = tf.sub(points, tf.expandDims(x, 1));
  const curved = tf.matMul(steps, Q);
  const change = tf.sum(tf.mul(steps, tf.add(tf.expandDims(gradient, 1), tf.mul(0.5, curved))), 2);
  const index = tf.argMin(change, 1);
  const best = tf.expandDims(tf.oneHot(index, LENGTHS.length + 1), 2);
  const chosen = tf.sum(tf.where(tf.greater(best, 0), points, tf.zerosLike(points)), 1);
  const falls = tf.less(tf.min(change, 1, true), 0);
  const rank = tf.expandDims(tf.cast(index, 'float32'), 1);
  const factor = tf.where(
    tf.equal(rank, 0),
    tf.scalar(0.1),
    tf.where(tf.equal(rank, 1), tf.scalar(1), tf.scalar(10)),
  );
  return {
    x: tf.where(falls, chosen, x),
    damping: tf.clipByValue(tf.mul(damping, factor), ...DAMPING) as tf.Tensor2D,
  };
}
