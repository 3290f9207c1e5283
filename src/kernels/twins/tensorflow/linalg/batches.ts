/** @file Tensors of matrices as arrays: any number of batch axes becomes one. */
import * as tf from '@tensorflow/tfjs-core';
import {given, reshape, broadcastTo, type Doubles} from '../arrays/index.js';

const size = (shape: readonly number[]) => shape.reduce((count, length) => count * length, 1);

/** The batch of an array of matrices, and its matrices with one batch axis. */
export function flat(info: tf.TensorInfo): {a: Doubles; batch: number[]} {
  const batch = info.shape.slice(0, -2);
  return {a: given(info, [size(batch), ...info.shape.slice(-2)]), batch};
}

/** Two arrays of matrices with one batch axis, on which they broadcast. */
export function pair(a: tf.TensorInfo, b: tf.TensorInfo): {a: Doubles; b: Doubles; batch: number[]} {
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const widened = (info: tf.TensorInfo): Doubles => {
    const own = info.shape.slice(0, -2);
    const matrix = info.shape.slice(-2);
    if (size(own) === 1 || size(own) === size(batch)) return given(info, [size(own), ...matrix]);
    // The backend takes no more than four axes, so the batch axes are repeated one by one.
    const padded = [...batch.map(() => 1), ...own].slice(-batch.length);
    let array = given(info);
    batch.forEach((length, axis) => {
      const after = size(padded.slice(axis + 1)) * size(matrix);
      const before = size(batch.slice(0, axis));
      array = broadcastTo(reshape(array, [before, padded[axis], after]), [before, length, after]);
    });
    return reshape(array, [size(batch), ...matrix]);
  };
  return {a: widened(a), b: widened(b), batch};
}
