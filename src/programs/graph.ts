/** @file The graph of a function: a list of kernel calls on numbered values. This form is simplified and run. */
import type {DataType} from '@tensorflow/tfjs-core';

export interface Value {
  shape: number[];
  dtype: DataType;
}

/** One kernel call. */
export interface Line {
  kernel: string;
  /** Indices of values, by the kernel's names for its inputs. Most lists have one entry. */
  inputs: Record<string, number[]>;
  attributes: Record<string, unknown>;
  outputs: number[];
  /** The body, if the line is a loop. */
  loop?: LoopBody;
}

/**
 * A loop: `state` ← body(state) until the flag is zero everywhere, at most `limit` times, which is at least 1. Or a sweep over rows (`row-sweep.ts`), which has no
 * flag.
 */
export interface LoopBody {
  /** The values of the body that hold the state when a pass begins, in the order of the line's `state` inputs and of its outputs. */
  begins: number[];
  /** The values that hold the state when a pass ends. */
  ends: number[];
  /** The value that is tested after every pass: another pass is needed if one of its entries is not zero. `null` for a sweep. */
  open: number | null;
  limit: number;
  lines: Line[];
}

/** The values that the body of a loop has to compute. */
export function resultsOf({ends, open}: LoopBody): number[] {
  return open === null ? ends : [...ends, open];
}

export interface Graph {
  values: Value[];
  /** Values that are known when the program is made. */
  constants: Map<number, Float64Array>;
  /** Values from outside, with the arguments first. */
  inputs: number[];
  /** In an order in which they can be computed. */
  lines: Line[];
  outputs: number[];
}

export function sizeOf({shape}: Value): number {
  return shape.reduce((size, axis) => size * axis, 1);
}
