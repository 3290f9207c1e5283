/** @file Runs work on a batch sample by sample, on all threads where there is enough of it. */
import {denseKernels} from '../twins/current-dense.js';
import type {DenseKernels} from '../contracts/dense.js';
import {claimSamples} from './job.js';
import {shareWork} from './pool.js';

export type BatchArray = Float32Array | Float64Array | Int32Array;

/** What a batch kernel works on; arrays are read and written in place. */
export interface BatchJob<Names extends string = string> {
  arrays: Record<Names, BatchArray>;
  parameters: Record<string, number>;
}

/**
 * Numerical work that treats the samples of a batch one by one. It knows neither tfjs nor threads: it is started once on each
 * thread, and called for the samples which that thread has claimed.
 */
export interface BatchKernel<Names extends string = string> {
  name: string;
  /** @returns What handles one sample. Vectors of `dense` made here last for the whole batch. */
  start(dense: DenseKernels, job: BatchJob<Names>): (sample: number) => void;
}

/**
 * Runs `kernel` for samples 0 … batch − 1.
 *
 * @param outputs The names of the arrays that it writes: each the same number of entries a sample, in the order of the samples.
 * @param cost Multiplications per sample, roughly: threads are for work that takes longer than to wake them.
 */
export function runBatch<Names extends string>(
  kernel: BatchKernel<Names>,
  job: BatchJob<Names>,
  outputs: readonly Names[],
  batch: number,
  cost: number,
): void {
  if (shareWork(kernel, job, outputs, batch, cost)) return;
  let next = 0;
  claimSamples(denseKernels(), kernel, job, () => (next < batch ? next++ : -1));
}

/** The entries of one sample, or those that all samples share. */
export function sampleOf<T extends BatchArray>(
  array: T,
  sample: number,
  size: number,
  shared: number | boolean = false,
): T {
  return (shared ? array : array.subarray(sample * size, (sample + 1) * size)) as T;
}
