/** @file Creates tensors of one value, which may be infinite or NaN. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * `tf.fill` of float32 on every backend. The backend 'tensorflow' uploads the value, and tfjs refuses to upload a non-finite value in debug
 * mode. So there the value comes from a division by zero.
 */
export function fill<R extends tf.Rank>(shape: tf.ShapeMap[R], value: number): tf.Tensor<R> {
  if (Number.isFinite(value) || tf.getBackend() !== 'tensorflow') return tf.fill(shape, value);
  return tf.tidy(() => tf.div(tf.fill(shape, Number.isNaN(value) ? 0 : Math.sign(value)), 0));
}
