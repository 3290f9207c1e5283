/** @file Spearman's correlation of ranks, and the loss that has soft ranks in its place. */
import * as tf from '@tensorflow/tfjs';
import {projections} from '../../src/index.js';
import {ranksOf} from './lists.js';

/** Spearman's correlation with ranks, for scores without ties; the mean over the lists. */
export function spearman(scores: readonly number[][], given: readonly number[][]): number {
  const n = given[0].length;
  const each = scores.map(ranksOf).map((list, i) => {
    const squares = list.reduce((sum, rank, j) => sum + (rank - given[i][j]) ** 2, 0);
    return 1 - (6 * squares) / (n * (n * n - 1));
  });
  return each.reduce((a, b) => a + b, 0) / each.length;
}

/** 1 − Spearman's correlation of each list, with soft ranks in the place of ranks: scores and ranks [B, n] to [B]. */
export function spearmanLoss(scores: tf.Tensor2D, ranks: tf.Tensor2D, strength: number): tf.Tensor1D {
  const n = ranks.shape[1];
  const soft = projections.softRank(scores, {strength});
  const squares = tf.sum(tf.squaredDifference(soft, ranks), 1);
  return tf.mul(6 / (n * (n * n - 1)), squares);
}
