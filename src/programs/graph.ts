/** @file What a function computes, as a list of kernel calls on numbered values: the form that is simplified and run. */
import type {DataType} from '@tensorflow/tfjs-core';

export interface Value {
  shape: number[];
  dtype: DataType;
}

/** One kernel call. */
export interface Line {
  kernel: string;
  /** Indices of values, by the name that the kernel gives to its input; most have one entry. */
  inputs: Record<string, number[]>;
  attributes: Record<string, unknown>;
  outputs: number[];
  /** Of a loop. */
  loop?: LoopBody;
}

/** A loop: `state` ← body(state) until the flag is zero everywhere, at most `limit` times. */
export interface LoopBody {
  /** Values of the body that hold the state when a pass begins; in the order of the line's inputs `state` and its outputs. */
  begins: number[];
  /** Values that hold it when a pass ends. */
  ends: number[];
  /** The value that says by an entry that is not zero that another pass is needed; it is looked at after every pass. */
  open: number;
  limit: number;
  lines: Line[];
}

export interface Graph {
  values: Value[];
  /** Values that are known when the program is made. */
  constants: Map<number, Float64Array>;
  /** Values that come from outside: the arguments first. */
  inputs: number[];
  /** In an order in which they can be computed. */
  lines: Line[];
  outputs: number[];
}

export function sizeOf({shape}: Value): number {
  return shape.reduce((size, axis) => size * axis, 1);
}
