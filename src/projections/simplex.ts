/** @file Projection onto the probability simplex; sparsemax is that projection of logits. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape, recordOp} from '../autodiff/index.js';
import {runSimplex} from '../kernels/index.js';
import {asRows} from './rows.js';
import {KINK, kinkWeight, type Kink} from '../conditions/index.js';

export type SimplexParams = Kink & {
  /** The sum of the result, positive: a number, or a tensor of x's shape without the last axis. Default 1. */
  scale?: number | tf.Tensor;
};

const NAMES: Names<SimplexParams> = {scale: 0, ...KINK};

/**
 * argmin ‖y − x‖² subject to y ≥ 0, Σy = scale, along the last axis.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `scale`, in O(n).
 * @throws If x has no axis, or a number `scale` is not positive.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068), section 2; Michelot 1986 for the algorithm.
 */
export function simplex(x: tf.Tensor, params: SimplexParams = {}): tf.Tensor {
  const {scale = 1, ...kink} = checkOptions('projections.simplex', params, NAMES, 'parameter');
  if (x.rank === 0) throw new Error('projections.simplex: x must have at least one axis.');
  if (typeof scale === 'number' && !(scale > 0 && scale < Infinity)) {
    throw new Error(`projections.simplex: scale must be positive and finite, got ${scale}.`);
  }
  return tf.tidy(() => {
    const n = x.shape[x.rank - 1];
    const rows = x.size / n;
    const flat = asRows(x);
    const outer = x.shape.slice(0, -1);
    const scales =
      typeof scale === 'number'
        ? tf.fill([rows, 1], scale)
        : tf.reshape(tf.broadcastTo(scale, outer), [rows, 1]);
    const y = project(flat, scales as tf.Tensor2D, kink);
    return x.rank === 2 ? y : tf.reshape(y, x.shape);
  });
}

/** The kernel, with its own derivative (diag(S) − SSᵀ/|S|) or, with weights w for the support S, that of another policy. */
function project(x: tf.Tensor2D, scale: tf.Tensor2D, kink: Kink): tf.Tensor {
  if ((kink.degenerate ?? 'leastNorm') === 'leastNorm') return runSimplex(x, scale);
  return recordOp({
    name: 'SimplexProjection',
    values: [offTape(() => runSimplex(x, scale))],
    inputs: [x, scale],
    gradient: ([dy], [y], [point]) => {
      const threshold = tf.sub(tf.max(point, 1, true), tf.max(y, 1, true));
      const w = kinkWeight(tf.sub(point, threshold), kink, tf.maximum(tf.abs(threshold), 1));
      const mean = tf.div(tf.sum(tf.mul(w, dy), 1, true), tf.sum(w, 1, true));
      return [tf.mul(w, tf.sub(dy, mean)), mean];
    },
  })[0];
}

/**
 * argmin_{p in the probability simplex} ‖p − logits‖² along an axis: softmax's sparse sibling.
 *
 * @param logits Any shape of rank 1 or more.
 * @param axis Default −1.
 * @param kink Which derivative an entry exactly at the threshold gets. Default: zero, the least.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068), equation 1.
 */
export function sparsemax(logits: tf.Tensor, axis = -1, kink: Kink = {}): tf.Tensor {
  checkOptions('sparsemax', kink, KINK);
  const {rank} = logits;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new Error(`sparsemax: axis ${axis} is not an axis of logits of shape [${logits.shape}].`);
  }
  const last = rank - 1;
  const at = axis < 0 ? axis + rank : axis;
  if (at === last) return simplex(logits, kink);
  const order = [...Array(rank).keys()];
  [order[at], order[last]] = [last, at];
  return tf.tidy(() => tf.transpose(simplex(tf.transpose(logits, order), kink), order));
}
