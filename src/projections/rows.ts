/** @file The rows that a projection along the last axis works on. */
import * as tf from '@tensorflow/tfjs-core';

/** x [..., n] as float32 of shape [rows, n]. What is so already stays: on the tape, tf.cast and tf.reshape copy. */
export function asRows(x: tf.Tensor): tf.Tensor2D {
  const n = x.shape[x.rank - 1];
  const float = x.dtype === 'float32' ? x : tf.cast(x, 'float32');
  return (x.rank === 2 ? float : tf.reshape(float, [x.size / Math.max(n, 1), n])) as tf.Tensor2D;
}
