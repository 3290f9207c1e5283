/** @file Projection onto the probability simplex; sparsemax is that projection of logits. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap, offTape, recordOp} from '../autodiff/index.js';
import {runSimplex} from '../kernels/index.js';
import {asColumn, checkPositive, maskedEntries, onRows} from './rows.js';
import {KINK, kinkWeight, type Kink} from '../conditions/index.js';

/** The sum of the result of `projections.simplex`, and the derivative at a kink. */
export type SimplexParams = Kink & {
  /** The sum of the result, positive: a number, or a tensor of x's shape without the last axis. Default 1. */
  scale?: number | tf.Tensor | undefined;
};

const NAMES: Names<SimplexParams> = {scale: 0, ...KINK};

/** The axis of `sparsemax`, and the derivative at a kink. */
export interface SparsemaxOptions extends Kink {
  /** Along which the sums are 1. Default −1. */
  axis?: number | undefined;
}

const SPARSEMAX: Names<SparsemaxOptions> = {axis: 0, ...KINK};

/**
 * argmin ‖y − x‖² subject to y ≥ 0, Σy = scale, along the last axis.
 *
 * An entry −∞ is masked: it is removed, becomes 0 and has no gradient; a fully masked row becomes 0. A row with NaN or +∞ becomes
 * NaN. Finite entries of any size are not special.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `scale`, in O(n).
 * @throws If x has no axis, or a number `scale` is not positive.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068), section 2; Michelot 1986 for the algorithm.
 */
export function simplex(x: tf.Tensor, params: SimplexParams = {}): tf.Tensor {
  const {scale = 1, ...kink} = checkOptions('projections.simplex', params, NAMES, 'parameter');
  checkPositive(scale, 'scale', 'simplex');
  return onRows('simplex', {x, scale}, (rows, {x, scale}) => project(rows, asColumn(scale, x), kink));
}

/** The kernel, with its own derivative (diag(S) − SSᵀ/|S|) or, with weights w for the support S, that of another policy. */
function project(x: tf.Tensor2D, scale: tf.Tensor2D, kink: Kink): tf.Tensor {
  if ((kink.degenerate ?? 'leastNorm') === 'leastNorm') return runSimplex(x, scale);
  return recordOp({
    name: 'SimplexProjection',
    hasOwnGradient: true,
    values: [offTape(() => runSimplex(x, scale))],
    inputs: [x, scale],
    gradient: ([dy], [y], [point, size]) => {
      const above = tf.sub(tf.max(point, 1, true), point);
      const masked = maskedEntries(point);
      const distance = tf.sub(tf.max(y, 1, true), tf.where(masked, tf.zerosLike(above), above));
      const threshold = tf.sub(tf.max(point, 1, true), tf.max(y, 1, true));
      const weight = kinkWeight(distance, kink, tf.maximum(tf.abs(threshold), size));
      const w = tf.where(masked, tf.zerosLike(weight), weight);
      const mean = tf.div(tf.sum(tf.mul(w, dy), 1, true), tf.maximum(tf.sum(w, 1, true), 1e-30));
      return [tf.where(masked, tf.zerosLike(w), tf.mul(w, tf.sub(dy, mean))), mean];
    },
  })[0];
}

/**
 * argmin_{p in the probability simplex} ‖p − logits‖² along an axis: like softmax, but sparse.
 *
 * @param logits Any shape of rank 1 or more; −∞ masks an entry, see `projections.simplex`.
 * @param options `{axis}`, default −1, or the axis itself; and the derivative of an entry exactly at the threshold, default: zero,
 *   the smallest.
 * @param kink The same policy, if the axis is given as a number.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068), equation 1.
 */
export function sparsemax(
  logits: tf.Tensor,
  options: number | SparsemaxOptions = {},
  kink: Kink = {},
): tf.Tensor {
  const bare = typeof options === 'number' ? {axis: options} : options;
  const {axis = -1, ...own} = checkOptions('sparsemax', bare, SPARSEMAX);
  const policy = {...own, ...checkOptions('sparsemax', kink, KINK)};
  const {rank} = logits;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new Error(`sparsemax: axis ${axis} is not an axis of logits of shape [${logits.shape}].`);
  }
  const last = rank - 1;
  const at = axis < 0 ? axis + rank : axis;
  return floatMap('sparsemax', {x: logits}, ({x}) => {
    if (at === last) return simplex(x, policy);
    const order = [...Array(rank).keys()];
    [order[at], order[last]] = [last, at];
    return tf.transpose(simplex(tf.transpose(x, order), policy), order);
  });
}
