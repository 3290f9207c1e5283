/** @file Flags for the samples of a batch that must not affect the others. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';

/** 1 for a sample in which all flags are true, otherwise 0: [B]. */
export function rowMin(flags: tf.Tensor): tf.Tensor1D {
  return tf.min(tf.reshape(tf.cast(flags, 'float32'), [flags.shape[0], -1]), 1) as tf.Tensor1D;
}

/** 1 for a sample that is finite in all inputs, otherwise 0: [B]. */
export function finiteRows(inputs: readonly tf.Tensor[]): tf.Tensor1D {
  return offTape(() =>
    inputs.map((input) => rowMin(tf.isFinite(input))).reduce((all, each) => tf.minimum(all, each)),
  );
}
