/** @file The rows that a projection along the last axis works on, and the parameters of each row. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, offTape} from '../autodiff/index.js';
import {fill} from '../kernels/index.js';

/** x [..., n] as [rows, n]. If x already has this shape it is returned, because tf.reshape makes a copy on the tape. */
export function asRows(x: tf.Tensor): tf.Tensor2D {
  const n = x.shape[x.rank - 1];
  return (x.rank === 2 ? x : tf.reshape(x, [x.size / Math.max(n, 1), n])) as tf.Tensor2D;
}

/** A map of rows [B, n], applied along the last axis of x; see `floatMap` for what x and the rest may be. */
export function onRows<T extends {x: tf.Tensor}>(
  caller: string,
  given: T,
  map: (rows: tf.Tensor2D, floats: T) => tf.Tensor,
): tf.Tensor {
  checkRank(given.x, caller, 1);
  return floatMap(`projections.${caller}`, given, (floats) => {
    const {x} = floats;
    const y = map(asRows(x), floats);
    return x.rank === 2 ? y : tf.reshape(y, x.shape);
  });
}

/** Where x is −∞: such an entry is removed from its row, like the masks of attention. Finite values of any size are not masks. */
export function maskedEntries(x: tf.Tensor): tf.Tensor {
  // By what the entry is, not by a comparison with infinity, which half-precision backends do not hold.
  return offTape(() => tf.logicalAnd(tf.isInf(x), tf.less(x, 0)));
}

/** @throws If x has fewer axes. */
export function checkRank(x: tf.Tensor, caller: string, rank: number): void {
  if (x.rank < rank) {
    const axes = rank === 1 ? 'at least one axis' : `at least ${rank} axes`;
    throw new Error(`projections.${caller}: x must have ${axes}, got shape [${x.shape}].`);
  }
}

/** A number, or a tensor of x's shape without the last axis (or one that broadcasts with it), one for each row of x. */
export function beside(value: number | tf.Tensor): number | tf.Tensor {
  return typeof value === 'number' || value.rank === 0 ? value : tf.expandDims(value, -1);
}

/** The same as [rows, 1]. */
export function asColumn(value: number | tf.Tensor, x: tf.Tensor): tf.Tensor2D {
  const outer = x.shape.slice(0, -1);
  const rows = outer.reduce((a, b) => a * b, 1);
  if (typeof value === 'number') return fill([rows, 1], value);
  return tf.reshape(tf.broadcastTo(value, outer), [rows, 1]);
}

/** A number, or a tensor that broadcasts with x, as the rows [rows, n]. */
export function alikeRows(value: number | tf.Tensor, x: tf.Tensor): tf.Tensor2D {
  if (typeof value === 'number') return fill(asRowsShape(x), value);
  return tf.reshape(tf.broadcastTo(value, x.shape), asRowsShape(x));
}

function asRowsShape(x: tf.Tensor): [number, number] {
  const n = x.shape[x.rank - 1];
  return [x.size / Math.max(n, 1), n];
}

/** @throws If a number is not positive and finite; the entries of a tensor are not checked. */
export function checkPositive(value: number | tf.Tensor, name: string, caller: string): void {
  if (typeof value === 'number' && !(value > 0 && value < Infinity)) {
    throw new Error(`projections.${caller}: ${name} must be positive and finite, got ${value}.`);
  }
}
