/** @file What the values of several atoms are computed with: tensors that have the batch, or 1, as axis 0. */
import * as tf from '@tensorflow/tfjs-core';

/** All axes but that of the batch. */
export function axesBehind(x: tf.Tensor): number[] {
  return x.shape.map((_, axis) => axis).slice(1);
}

/** A tensor with as many axes behind the batch as `rank` says, so that it broadcasts with others. */
export function ofRank(x: tf.Tensor, rank: number): tf.Tensor {
  const [batch, ...shape] = x.shape;
  const missing = rank - shape.length;
  return missing === 0 ? x : tf.reshape(x, [batch, ...new Array<number>(missing).fill(1), ...shape]);
}

/** The differences of neighbours along an axis. */
export function differences(x: tf.Tensor, axis: number): tf.Tensor {
  const size = x.shape.map((length, i) => (i === axis ? length - 1 : length));
  const from = (begin: number): tf.Tensor => {
    const first = x.shape.map((_, i) => (i === axis ? begin : 0));
    return tf.slice(x, first, size);
  };
  return tf.sub(from(1), from(0));
}
