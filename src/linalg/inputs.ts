/** @file Conversions and shape checks around the kernels of `linalg`. */
import * as tf from '@tensorflow/tfjs-core';
import {rollBackOnThrow} from '../autodiff/index.js';

/** A tensor, or numbers that make one. */
export type Values = tf.Tensor | tf.TensorLike;

/** Runs `f` in a tf.tidy; if it throws, no tensors and no entries on the tape remain. */
export function asOperation<T extends tf.TensorContainer>(f: () => T): T {
  return rollBackOnThrow(() => tf.tidy(f));
}

/** A float32 tensor. */
export function toFloat(values: Values, name: string, caller: string): tf.Tensor {
  const tensor = values instanceof tf.Tensor ? values : tf.tensor(values);
  if (tensor.dtype === 'float32') return tensor;
  if (tensor.dtype !== 'int32' && tensor.dtype !== 'bool') {
    throw new Error(`${caller}: ${name} must be real numbers, got a tensor of dtype '${tensor.dtype}'.`);
  }
  return tf.cast(tensor, 'float32');
}

/** A float32 tensor [..., n, n]. */
export function toSquare(values: Values, name: string, caller: string): tf.Tensor {
  const tensor = toMatrices(values, name, caller);
  const [rows, columns] = tensor.shape.slice(-2);
  if (rows !== columns) {
    throw new Error(`${caller}: ${name} must have shape [..., n, n], got [${tensor.shape}].`);
  }
  return tensor;
}

/** A float32 tensor of rank 2 or more. */
export function toMatrices(values: Values, name: string, caller: string): tf.Tensor {
  const tensor = toFloat(values, name, caller);
  if (tensor.rank < 2) {
    throw new Error(`${caller}: ${name} must have at least two axes, got shape [${tensor.shape}].`);
  }
  return tensor;
}

/** A right-hand side with `rows` rows as [..., rows, k], and a function that gives a solution the matching shape. */
export function toRightSide(values: Values, a: {shape: number[]}, rows: number, caller: string) {
  const given = toFloat(values, 'b', caller);
  const isVector = given.rank === 1;
  if (given.rank === 0 || given.shape[isVector ? 0 : given.rank - 2] !== rows) {
    const hint =
      given.rank > 1 && given.shape[given.rank - 1] === rows
        ? ' A batch of vectors needs a last axis of 1.'
        : '';
    throw new Error(
      `${caller}: for a matrix of shape [${a.shape}], b must have shape [..., ${rows}, k] or [${rows}], ` +
        `got [${given.shape}].${hint}`,
    );
  }
  const b = isVector ? tf.reshape(given, [rows, 1]) : given;
  try {
    tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  } catch {
    throw new Error(
      `${caller}: the batch axes of shapes [${a.shape}] and [${given.shape}] do not broadcast to one shape.`,
    );
  }
  const restore = (x: tf.Tensor) => (isVector ? tf.reshape(x, x.shape.slice(0, -1)) : x);
  return {b, restore};
}
