/** @file Some samples of tensors with a batch axis. */
import * as tf from '@tensorflow/tfjs-core';
import {hostShouldRead} from '../../kernels/index.js';

/** The samples of a tensor; one that all samples share is given as it is. */
export interface Samples {
  shape: number[];
  take(from: number, count: number): tf.Tensor;
}

/** A backend whose tensors the host can read. */
interface RangeReader {
  readSync(dataId: object, start: number, end: number): Float32Array;
}

/** On the host from its values, because a slice of tfjs reads the whole tensor there. */
export function samplesOf(tensor: tf.Tensor): Samples {
  const {shape, dtype, dataId} = tensor;
  const rest = shape.slice(1);
  const size = tf.util.sizeFromShape(rest);
  return {
    shape,
    take(from, count) {
      if (shape[0] === 1) return tf.clone(tensor);
      if (!hostShouldRead() || (dtype !== 'float32' && dtype !== 'int32'))
        return tf.slice(tensor, from, count);
      const [start, end] = [from * size, (from + count) * size];
      // Some backends read a part only; others have the whole at hand.
      const read = (tf.backend() as unknown as RangeReader).readSync(dataId, start, end);
      const values = read.length === end - start ? read : read.subarray(start, end);
      return tf.tensor(values, [count, ...rest], dtype);
    },
  };
}

/** The same samples of each tensor of a record. */
export function takeSamples<T extends Record<string, tf.Tensor>>(record: T, from: number, count: number): T {
  return Object.fromEntries(
    Object.entries(record).map(([name, tensor]) => [name, samplesOf(tensor).take(from, count)]),
  ) as T;
}

/** The same tensors under names of their own: they stay when the caller disposes of theirs, or assigns to a variable. */
export function held<T extends Record<string, tf.Tensor | undefined>>(record: T): T {
  return Object.fromEntries(
    Object.entries(record).map(([name, tensor]) => [name, tensor && tf.clone(tensor)]),
  ) as T;
}

/** The result for a batch of one sample, without its batch axis. */
export function withoutBatchAxis<T extends tf.TensorContainer>(result: T): T {
  const drop = (value: tf.TensorContainer): tf.TensorContainer =>
    value instanceof tf.Tensor
      ? tf.squeeze(value, [0])
      : Object.fromEntries(
          Object.entries(value as object).map(([name, part]) => [name, drop(part as tf.TensorContainer)]),
        );
  return drop(result) as T;
}
