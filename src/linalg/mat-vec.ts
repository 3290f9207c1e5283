/** @file Batched matrix–vector products with right gradients also for a shared matrix. */
import * as tf from '@tensorflow/tfjs-core';

/** M x a sample, for M of shape [B | 1, rows, n] and x of shape [B, n]. */
export function matVec(M: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return product(M, x, false);
}

/** Mᵀ y a sample. */
export function matVecTransposed(M: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return product(M, y, true);
}

function product(M: tf.Tensor, v: tf.Tensor, transpose: boolean): tf.Tensor {
  const [count, rows, columns] = M.shape as [number, number, number];
  const batch = v.shape[0];
  const size = transpose ? columns : rows;
  // Not every backend's matMul takes an empty operand.
  if (rows === 0 || columns === 0) return tf.zeros([batch, size]);
  if (count === 1 && batch !== 1) {
    // tfjs's matMul has no right gradient for a broadcast batch: one product for all samples instead.
    return tf.matMul(v as tf.Tensor2D, tf.reshape(M, [rows, columns]), false, !transpose);
  }
  return tf.reshape(tf.matMul(M, tf.expandDims(v, 2), transpose), [batch, size]);
}
