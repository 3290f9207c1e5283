/** @file The proximal operator of total variation in one dimension: it denoises a signal into constant pieces. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, nothing, offTape} from '../autodiff/index.js';
import {signOf} from '../linalg/index.js';
import {blockMeans, blocksOf, runTotalVariation} from '../kernels/index.js';
import {rowWeights} from './weights.js';

/**
 * argmin_y ½‖y − x‖² + scaling·weight·Σ|yᵢ₊₁ − yᵢ|, along the last axis.
 *
 * O(n) in time and memory, as is the derivative. y is constant on blocks; on each block it is the mean of x, moved towards the
 * neighbours by the weight. The Jacobian averages over the blocks.
 *
 * @param x [..., n]. Differentiable in x, weight and scaling, to any order.
 * @param weight A number, or a tensor of x's shape without the last axis. Default 1. An infinite one makes y the mean of x.
 * @param scaling A factor on the penalty, a number or a tensor of shape [..., 1]. Default 1.
 * @throws If x has no axis.
 * @see Johnson 2013, A dynamic programming algorithm for the fused lasso and ℓ0-segmentation.
 */
export function totalVariation1d(
  x: tf.Tensor,
  weight: number | tf.Tensor = 1,
  scaling: number | tf.Tensor = 1,
): tf.Tensor {
  if (x.rank === 0) throw new Error('prox.totalVariation1d: x must have at least one axis.');
  const n = x.shape[x.rank - 1];
  return floatMap('prox.totalVariation1d', {x, weight, scaling}, ({x, weight, scaling}) => {
    const rows = tf.reshape(x, [-1, n]) as tf.Tensor2D;
    const {finite: lambda, endless} = rowWeights(x, weight, scaling);
    // One entry has no neighbour. The weight stays connected, with a gradient of zero.
    if (n < 2) return tf.add(x, nothing([x.shape], [lambda])[0]);
    const {block, pull} = offTape(() => {
      // Under an infinite weight the row is one block, as a constant row is: its values come from `blockMeans`.
      const known = tf.where(endless, tf.zerosLike(rows), rows) as tf.Tensor2D;
      const y = runTotalVariation(known, lambda as tf.Tensor2D);
      const jump = signOf(tf.sub(tf.slice(y, [0, 1]), tf.slice(y, 0, [-1, n - 1])));
      const pad = (before: number) =>
        tf.pad(jump, [
          [0, 0],
          [before, 1 - before],
        ]);
      // At a jump the left neighbour is pulled towards the right one, and the other way round.
      return {block: blocksOf(y), pull: tf.sub(pad(0), pad(1)) as tf.Tensor2D};
    });
    const moved = tf.add(rows, tf.mul(lambda, pull)) as tf.Tensor2D;
    return tf.reshape(blockMeans(moved, block), x.shape);
  });
}
