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

/** The entries of one sample, or the entries that all samples share. */
export function sampleOf<T extends BatchArray>(
  array: T,
  sample: number,
  size: number,
  shared: number | boolean = false,
): T {
  return (shared ? array : array.subarray(sample * size, (sample + 1) * size)) as T;
}
