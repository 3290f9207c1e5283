/** @file A job as it is sent between threads, and the work that each thread does. */
import type {BatchArray, BatchJob, BatchKernel} from '../contracts/batch-kernel.js';
import type {DenseKernels} from '../contracts/dense.js';
import type {ControlBlock} from './control.js';

/** A job whose arrays are positions in shared memory. */
export interface SharedJob {
  kernel: string;
  memory: ArrayBufferLike;
  control: ArrayBufferLike;
  batch: number;
  parameters: Record<string, number>;
  arrays: Record<string, {type: ArrayType; offset: number; length: number}>;
}

const TYPES = {Float32Array, Float64Array, Int32Array};
export type ArrayType = keyof typeof TYPES;

/** Arrays that lie one after another in a memory, and how many bytes they take. */
export function placesOf(all: readonly [name: string, type: ArrayType, length: number][]): {
  arrays: SharedJob['arrays'];
  bytes: number;
} {
  const arrays: SharedJob['arrays'] = {};
  let bytes = 0;
  for (const [name, type, length] of all) {
    arrays[name] = {type, offset: bytes, length};
    bytes += Math.ceil((length * TYPES[type].BYTES_PER_ELEMENT) / 16) * 16;
  }
  return {arrays, bytes};
}

/** The arrays of a job, as views of its shared memory. */
export function arraysOf({memory: buffer, arrays}: SharedJob): Record<string, BatchArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, {type, offset, length}]) => [
      name,
      new TYPES[type](buffer as unknown as ArrayBuffer, offset, length),
    ]),
  );
}

/** Calls the kernel for each sample that `claim` gives, until it gives −1. */
export function claimSamples(
  dense: DenseKernels,
  kernel: BatchKernel,
  job: BatchJob,
  claim: () => number,
  finish: (sample: number) => void = () => undefined,
): void {
  let sample = claim();
  if (sample < 0) return;
  // The scope may restart, with the sample that it could not finish.
  dense.scope(() => {
    const run = kernel.start(dense, job);
    for (; sample >= 0; sample = claim()) {
      run(sample);
      finish(sample);
    }
  });
}

/** A worker's part of a job. */
export function workAlong(
  dense: DenseKernels,
  kernel: BatchKernel,
  job: SharedJob,
  control: ControlBlock,
): void {
  const {parameters} = job;
  claimSamples(
    dense,
    kernel,
    {arrays: arraysOf(job), parameters},
    () => control.claim(),
    (sample) => control.finish(sample),
  );
}
