/** @file The interface between an algorithm that works sample by sample and the code that runs it on a batch. */
import type {DenseKernels} from './dense.js';

export type BatchArray = Float32Array | Float64Array | Int32Array;

/** The data of a batch kernel. Arrays are read and written in place. */
export interface BatchJob<Names extends string = string> {
  arrays: Record<Names, BatchArray>;
  parameters: Record<string, number>;
}

/**
 * Numerical work that treats the samples of a batch one by one. It is independent of tfjs and threads: each thread starts it once and calls
 * it for the samples that the thread has claimed.
 */
export interface BatchKernel<Names extends string = string> {
  name: string;
  /** @returns The function for one sample. Vectors of `dense` created by `start` are valid for the whole batch. */
  start(dense: DenseKernels, job: BatchJob<Names>): (sample: number) => void;
}

/** An array of a batch, one row per sample, of which some rows at a time are read or written. */
export interface Column {
  type: 'Float32Array' | 'Float64Array' | 'Int32Array';
  /** The number of entries of a sample. */
  size: number;
  /** Whether all samples have the same entries. */
  isShared?: boolean;
  /** Of what is given: fills in the entries of the samples that begin there. */
  read?: (from: number, into: BatchArray) => void;
  /** Of a result, which is zero at first: takes the entries of the samples that begin there. */
  write?: (from: number, values: BatchArray) => void;
}

/** A batch that is too large to be copied at once. */
export interface BatchData<Names extends string = string> {
  columns: Record<Names, Column>;
  parameters: Record<string, number>;
}

/** The entries of one sample, or the entries that all samples share. */
export function sampleOf<T extends BatchArray>(
  array: T,
  sample: number,
  size: number,
  shared: number | boolean = false,
): T {
  return (shared ? array : array.subarray(sample * size, (sample + 1) * size)) as T;
}
