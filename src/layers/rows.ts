/** @file Samples of a batch that must not reach the others. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';

/** 1 where a flag holds in all of a sample, else 0: [B]. */
export function rowMin(flags: tf.Tensor): tf.Tensor1D {
  return tf.min(tf.reshape(tf.cast(flags, 'float32'), [flags.shape[0], -1]), 1) as tf.Tensor1D;
}

/** Samples of `x` where `valid` [B] is not zero, zeros elsewhere, with a zero gradient. */
export function keepRows(valid: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const shape = [x.shape[0], ...x.shape.slice(1).map(() => 1)];
  const mask = offTape(() => tf.broadcastTo(tf.cast(tf.reshape(valid, shape), 'bool'), x.shape));
  return tf.where(mask, x, tf.zerosLike(x));
}
