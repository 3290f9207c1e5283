/** @file Runs work on a batch sample by sample, on all threads if there is enough work. */
import type {BatchJob, BatchKernel} from '../contracts/batch-kernel.js';
import {denseKernels} from '../twins/current-dense.js';
import {claimSamples} from './job.js';
import {shareWork} from './pool.js';

/**
 * Runs `kernel` for samples 0 … batch − 1.
 *
 * @param outputs The names of the arrays that it writes. Each has the same number of entries per sample, in the order of the samples.
 * @param cost The approximate number of multiplications per sample. Threads are used if the work takes longer than waking them.
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
