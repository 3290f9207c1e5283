/** @file Samples of a batch that must not reach the others. */
import * as tf from '@tensorflow/tfjs-core';

/** 1 where a flag holds in all of a sample, else 0: [B]. */
export function rowMin(flags: tf.Tensor): tf.Tensor1D {
  return tf.min(tf.reshape(tf.cast(flags, 'float32'), [flags.shape[0], -1]), 1) as tf.Tensor1D;
}
