/** @file The rows that a projection along the last axis works on, and parameters beside them. */
import * as tf from '@tensorflow/tfjs-core';

/** x [..., n] as float32 of shape [rows, n]. What is so already stays: on the tape, tf.cast and tf.reshape copy. */
export function asRows(x: tf.Tensor): tf.Tensor2D {
  const n = x.shape[x.rank - 1];
  const float = x.dtype === 'float32' ? x : tf.cast(x, 'float32');
  return (x.rank === 2 ? float : tf.reshape(float, [x.size / Math.max(n, 1), n])) as tf.Tensor2D;
}

/** A map of rows [B, n], applied along the last axis of x. */
export function onRows(x: tf.Tensor, caller: string, map: (rows: tf.Tensor2D) => tf.Tensor): tf.Tensor {
  checkRank(x, caller, 1);
  return tf.tidy(() => {
    const y = map(asRows(x));
    return x.rank === 2 ? y : tf.reshape(y, x.shape);
  });
}

/** @throws If x has fewer axes. */
export function checkRank(x: tf.Tensor, caller: string, rank: number): void {
  if (x.rank < rank) {
    const axes = rank === 1 ? 'at least one axis' : `at least ${rank} axes`;
    throw new Error(`projections.${caller}: x must have ${axes}, got shape [${x.shape}].`);
  }
}

/** A number, or a tensor of x's shape without the last axis (or one that broadcasts with it), beside the rows of x. */
export function beside(value: number | tf.Tensor): number | tf.Tensor {
  return typeof value === 'number' || value.rank === 0 ? value : tf.expandDims(value, -1);
}

/** The same as [rows, 1]. */
export function asColumn(value: number | tf.Tensor, x: tf.Tensor): tf.Tensor2D {
  const outer = x.shape.slice(0, -1);
  const rows = outer.reduce((a, b) => a * b, 1);
  if (typeof value === 'number') return tf.fill([rows, 1], value);
  return tf.reshape(tf.broadcastTo(tf.cast(value, 'float32'), outer), [rows, 1]);
}

/** A number, or a tensor that broadcasts with x, as the rows [rows, n]. */
export function alikeRows(value: number | tf.Tensor, x: tf.Tensor): tf.Tensor2D {
  if (typeof value === 'number') return tf.fill(asRowsShape(x), value);
  return tf.reshape(tf.broadcastTo(tf.cast(value, 'float32'), x.shape), asRowsShape(x));
}

function asRowsShape(x: tf.Tensor): [number, number] {
  const n = x.shape[x.rank - 1];
  return [x.size / Math.max(n, 1), n];
}

/** @throws If a number is not positive and finite; a tensor's entries are not looked at. */
export function checkPositive(value: number | tf.Tensor, name: string, caller: string): void {
  if (typeof value === 'number' && !(value > 0 && value < Infinity)) {
    throw new Error(`projections.${caller}: ${name} must be positive and finite, got ${value}.`);
  }
}
