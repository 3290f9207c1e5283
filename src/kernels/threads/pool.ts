/**
 * @file Worker threads that help with a batch while the calling thread blocks: layers are called synchronously.
 *
 * The caller copies the job to shared memory, posts it to the workers and takes samples itself; whoever is free claims the
 * next one. A worker that is still starting claims nothing, so nobody waits for it.
 */
import type {BatchArray, BatchJob, BatchKernel} from '../batch.js';
import {denseKernels} from '../current-dense.js';
import type {DenseKernels} from '../dense.js';
import {ACTIVE, ControlBlock} from './control.js';
import {defaultThreads, spawn, type Thread} from './platform.js';

/** Multiplications that are worth waking one more thread for: about a millisecond. */
const WORTH_A_THREAD = 2e6;
/** A worker that has been busy for longer than this, and for much longer than our own slowest sample, is lost. */
const LOST_AFTER_MS = 20_000;
const LOST_FACTOR = 50;

/** A job as it travels: arrays are places in the shared memory. */
export interface SharedJob {
  kernel: string;
  memory: SharedArrayBuffer;
  control: SharedArrayBuffer;
  batch: number;
  parameters: Record<string, number>;
  arrays: Record<string, {type: ArrayType; offset: number; length: number}>;
}

const TYPES = {Float32Array, Float64Array, Int32Array};
type ArrayType = keyof typeof TYPES;

let limit: number | null = null;
let workers: Thread[] = [];
/** Whether a worker could not even load its code (a bundle may lack the file): there will be no others. */
let unavailable = false;
let memory: SharedArrayBuffer | null = null;

/**
 * Sets how many threads a batch may use, the calling one included; `null` gives the default back, which is the number of
 * cores (at most 8) in Node and in a cross-origin-isolated page, and 1 elsewhere. Threads start when first needed.
 *
 * @throws If n is not a positive integer or `null`.
 */
export function setThreads(n: number | null): void {
  if (n !== null && !(Number.isInteger(n) && n > 0)) {
    throw new Error(`setThreads: expected a positive integer or null, got ${n}.`);
  }
  limit = n;
  unavailable = false;
  const keep = Math.max(0, threads() - 1);
  for (const worker of workers.splice(keep)) worker.terminate();
}

/** How many threads a batch may use. */
export function threads(): number {
  return limit ?? defaultThreads();
}

/** Runs the whole batch together with the workers; `false` if it is not worth it, or there are none. */
export function shareWork<Names extends string>(
  kernel: BatchKernel<Names>,
  job: BatchJob<Names>,
  outputs: readonly Names[],
  batch: number,
  cost: number,
): boolean {
  const helpers = Math.min(threads() - 1, batch - 1, Math.floor((batch * cost) / WORTH_A_THREAD));
  if (helpers < 1) return false;
  startWorkers(helpers);
  const ready = workers.slice(0, helpers);
  if (!ready.some((worker) => worker.ready())) return false;

  const control = new ControlBlock();
  const {shared, local} = toSharedMemory(kernel.name, job, batch, control);
  for (const worker of ready) worker.post(shared);
  let slowest = 0;
  let last = performance.now();
  try {
    claimSamples(denseKernels(), kernel, local, () => {
      const now = performance.now();
      slowest = Math.max(slowest, now - last);
      last = now;
      return control.claim(batch);
    });
  } catch (error) {
    control.close(batch);
    awaitWorkers(control, slowest);
    throw error;
  }
  awaitWorkers(control, slowest);
  const failure = control.failure();
  if (failure !== null) throw new Error(`${kernel.name}, in a worker thread: ${failure}`);
  for (const name of outputs) job.arrays[name].set(local.arrays[name]);
  return true;
}

/** Calls the kernel for each sample that `claim` gives, until it gives −1. */
export function claimSamples(
  dense: DenseKernels,
  kernel: BatchKernel,
  job: BatchJob,
  claim: () => number,
): void {
  let sample = claim();
  // The scope may begin again: with the sample that it could not finish.
  dense.scope(() => {
    const run = kernel.start(dense, job);
    for (; sample >= 0; sample = claim()) run(sample);
  });
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

function startWorkers(count: number): void {
  while (workers.length < count && !unavailable) {
    const worker = spawn((lost) => {
      unavailable ||= workers.includes(lost) && !lost.ready();
      workers = workers.filter((other) => other !== lost);
    });
    if (!worker) return;
    workers.push(worker);
  }
}

function toSharedMemory<Names extends string>(
  kernel: string,
  {arrays, parameters}: BatchJob<Names>,
  batch: number,
  control: ControlBlock,
): {shared: SharedJob; local: BatchJob<Names>} {
  const places: SharedJob['arrays'] = {};
  let end = 0;
  for (const [name, array] of Object.entries<BatchArray>(arrays)) {
    places[name] = {type: array.constructor.name as ArrayType, offset: end, length: array.length};
    end += Math.ceil(array.byteLength / 16) * 16;
  }
  // Kept for the next call: fresh memory costs more than the copy.
  if (!memory || memory.byteLength < end) memory = new SharedArrayBuffer(Math.ceil(1.5 * end));
  const shared = {kernel, memory, control: control.buffer, batch, parameters, arrays: places};
  const views = arraysOf(shared) as Record<Names, BatchArray>;
  for (const [name, array] of Object.entries<BatchArray>(arrays)) views[name as Names].set(array);
  return {shared, local: {arrays: views, parameters}};
}

/** Waits until no worker is at a sample. A page's main thread must not block, so it spins. */
function awaitWorkers(control: ControlBlock, slowest: number): void {
  const patience = Math.max(LOST_AFTER_MS, LOST_FACTOR * slowest);
  const end = performance.now() + patience;
  for (let active = control.load(ACTIVE); active > 0; active = control.load(ACTIVE)) {
    const left = end - performance.now();
    if (left <= 0) {
      for (const worker of workers.splice(0)) worker.terminate();
      throw new Error(
        `A worker thread has not answered for ${Math.round(patience / 1000)} s, and was ended. ` +
          'setThreads(1) does without worker threads.',
      );
    }
    control.wait(ACTIVE, active, left);
  }
}
