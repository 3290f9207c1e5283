/** @file Weights of penalties on whole rows. */
import * as tf from '@tensorflow/tfjs-core';

/** scaling·weight, to broadcast with rows [..., n]: weight has x's shape without the last axis, scaling broadcasts with x. */
export function rowWeight(weight: number | tf.Tensor, scaling: number | tf.Tensor): tf.Tensor {
  const column = typeof weight === 'number' || weight.rank === 0 ? weight : tf.expandDims(weight, -1);
  return tf.mul(column, scaling);
}

/** The same as [rows, 1], for x seen as [rows, n]. */
export function rowWeights(
  x: tf.Tensor,
  weight: number | tf.Tensor,
  scaling: number | tf.Tensor,
): tf.Tensor2D {
  const outer = [...x.shape.slice(0, -1), 1];
  return tf.reshape(tf.broadcastTo(rowWeight(weight, scaling), outer), [-1, 1]);
}
