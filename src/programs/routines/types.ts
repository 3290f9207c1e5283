/** @file The contract of a routine: it runs one line of a program on arrays whose places are known. */
import type {DataType} from '@tensorflow/tfjs-core';

/** A value in the memory of the program, row-major. Integers and booleans are also stored as doubles. */
export interface Operand {
  data: Float64Array;
  shape: number[];
  dtype: DataType;
}

/** A line with the places of its inputs and outputs. */
export interface Site {
  inputs: Record<string, Operand[]>;
  outputs: Operand[];
  attributes: Record<string, unknown>;
}

/** Prepares a line once. The returned function runs it, once for each run of the program. */
export type Routine = (site: Site) => () => void;

export type Routines = Record<string, Routine>;

/** The product of sizes. */
export const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** Axes as indices from the front. No axes means all axes. */
export function axesOf(axis: unknown, rank: number): number[] {
  const given =
    axis === null || axis === undefined ? Array.from({length: rank}, (_, i) => i) : [axis as number].flat();
  return given.map((at) => (at < 0 ? at + rank : at));
}

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/**
 * For each entry of an array of `shape`, in order, the sum of its coordinates times `strides`, plus `start`. This is its place in an array
 * that is traversed with these strides.
 */
export function places(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  const result = new Int32Array(product(shape));
  const at = new Array<number>(shape.length).fill(0);
  let place = start;
  for (let i = 0; i < result.length; i++) {
    result[i] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis];
      if (++at[axis] < shape[axis]) break;
      place -= strides[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return result;
}

/** The strides that read an array of shape `own` as one of shape `to`. They are 0 along axes on which the array is repeated. */
export function broadcastStrides(own: readonly number[], to: readonly number[]): number[] {
  const lead = to.length - own.length;
  const strides = stridesOf(own);
  return to.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : strides[axis - lead]));
}
