/** @file Projection onto the points of the simplex with few entries that are not zero. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {fill, runSimplex} from '../kernels/index.js';
import {asColumn, checkPositive, onRows} from './rows.js';

/** The parameters of `projections.sparseSimplex`. */
export type SparseSimplexParams = {
  /** Entries that may be positive, 1 … n. */
  maxNonZeros: number;
  /** The sum of the result, positive: a number, or a tensor of x's shape without the last axis. Default 1. */
  scale?: number | tf.Tensor | undefined;
};

const NAMES: Names<SparseSimplexParams> = {maxNonZeros: 1, scale: 0};

/**
 * A point closest to x with y ≥ 0, Σy = scale and at most `maxNonZeros` positive entries, along the last axis: the projection of
 * the largest entries onto the simplex. Among equal entries, the first ones are chosen. −∞ masks an entry, see `simplex`.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `scale` while the chosen entries stay the same, in O(n).
 * @throws If x has no axis, `maxNonZeros` is not a positive integer, or a number `scale` is not positive.
 * @see Kyrillidis et al. 2013 (arXiv 1206.1529), theorem 1.
 */
export function sparseSimplex(x: tf.Tensor, params: SparseSimplexParams): tf.Tensor {
  const {maxNonZeros, scale = 1} = checkOptions('projections.sparseSimplex', params, NAMES, 'parameter');
  if (!(Number.isInteger(maxNonZeros) && maxNonZeros >= 1)) {
    throw new Error(`projections.sparseSimplex: maxNonZeros must be a positive integer, got ${maxNonZeros}.`);
  }
  checkPositive(scale, 'scale', 'sparseSimplex');
  return onRows('sparseSimplex', {x, scale}, (rows, {x, scale}) => {
    const scales = asColumn(scale, x);
    const k = Math.min(maxNonZeros, rows.shape[1]);
    const chosen = offTape(() => {
      const values = tf.topk(rows, k).values;
      const least = tf.slice(values, [0, k - 1]);
      const above = tf.cast(tf.greater(rows, least), 'float32');
      const ties = tf.cast(tf.equal(rows, least), 'float32');
      const room = tf.sub(k, tf.sum(above, 1, true));
      const taken = tf.mul(ties, tf.cast(tf.lessEqual(tf.cumsum(ties, 1), room), 'float32'));
      // Entries that are not finite must reach the projection, which handles their row.
      return tf.logicalOr(tf.cast(tf.add(above, taken), 'bool'), tf.logicalNot(tf.isFinite(rows)));
    });
    return runSimplex(tf.where(chosen, rows, fill(rows.shape, -Infinity)) as tf.Tensor2D, scales);
  });
}
