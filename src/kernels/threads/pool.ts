/**
 * @file Worker threads that help with a batch while the calling thread blocks: layers are called synchronously. (`batch-run.ts` has the
 *   caller that does not block.)
 *
 * The caller copies the job to shared memory, posts it to the workers and also works on samples itself; a free thread claims the
 * next one. A worker that is still starting claims nothing, so nothing waits for it. If a worker dies, the caller does its
 * samples again.
 */
import {see} from '../../checks/index.js';
import type {BatchArray, BatchJob, BatchKernel} from '../contracts/batch-kernel.js';
import {denseKernels} from '../twins/current-dense.js';
import {ACTIVE, ControlBlock} from './control.js';
import {arraysOf, claimSamples, placesOf, type ArrayType, type SharedJob} from './job.js';
import {defaultThreads, spawn, type Thread} from './platform.js';

/** The number of multiplications for which it is worth waking one more thread: about a millisecond. */
export const WORTH_A_THREAD = 2e6;
/**
 * A worker that is busy for longer than this after the last sample was taken, and for longer than our own slowest sample, has
 * died or is slower than the caller, so the caller takes over.
 */
export const LATE_AFTER_MS = 500;
export const LATE_FACTOR = 4;

let limit: number | null = null;
let workers: Thread[] = [];
/** Whether a worker could not even load its code (a bundle may lack the file); then no others are started. */
let unavailable = false;
let memory: ArrayBufferLike | null = null;
/** Whether a failure in a worker has been printed. */
let told = false;
const gone = new WeakSet<Thread>();
const listeners = new Set<() => void>();

/**
 * Sets how many threads a batch may use, including the calling one; `null` restores the default, which is the number of cores (at
 * most 8) in Node and in a cross-origin-isolated page, and 1 elsewhere. Threads start when first needed.
 *
 * @throws If n is not a positive integer or `null`.
 */
export function setThreads(n: number | null): void {
  if (n !== null && !(Number.isInteger(n) && n > 0)) {
    throw new Error(`setThreads: expected a positive integer or null, got ${n}.`);
  }
  limit = n;
  unavailable = false;
  told = false;
  const keep = Math.max(0, threads() - 1);
  for (const worker of workers.splice(keep)) end(worker);
}

function end(worker: Thread): void {
  worker.terminate();
  lose(worker);
}

/** Tells those who wait for a worker that it is gone. */
function lose(worker: Thread): void {
  gone.add(worker);
  for (const listener of listeners) listener();
}

/** Whether a worker has ended, as far as is known. */
export function isGone(worker: Thread): boolean {
  return gone.has(worker);
}

/** Calls a function whenever a worker ends. @returns What stops that. */
export function onLoss(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** At most so many workers, which start if need be; none where there are no threads. */
export function workersFor(helpers: number): Thread[] {
  if (helpers < 1) return [];
  startWorkers(helpers);
  return workers.slice(0, helpers);
}

/** Ends workers that are late. */
export function endLate(late: readonly Thread[]): void {
  workers = workers.filter((worker) => !late.includes(worker));
  for (const worker of late) end(worker);
}

/** Says once that a worker failed; what it did not do, others do. */
export function noteFailure(kernel: string, control: ControlBlock): void {
  const failure = control.failure();
  if (failure === null || told) return;
  told = true;
  console.warn(
    `${kernel}: a worker thread failed, and its part is computed by the others: ${failure}${see('installing#threads')}`,
  );
}

/** How many threads a batch may use. */
export function threads(): number {
  return limit ?? defaultThreads();
}

/** Runs the whole batch together with the workers; `false` if it is not worthwhile, or there are no workers. */
export function shareWork<Names extends string>(
  kernel: BatchKernel<Names>,
  job: BatchJob<Names>,
  outputs: readonly Names[],
  batch: number,
  cost: number,
): boolean {
  const helpers = Math.min(threads() - 1, batch - 1, Math.floor((batch * cost) / WORTH_A_THREAD));
  if (helpers < 1) return false;
  const ready = workersFor(helpers);
  if (!ready.some((worker) => worker.ready())) return false;

  const control = new ControlBlock(batch);
  const {shared, local} = toSharedMemory(kernel.name, job, control, memory);
  // Kept for the next call, because new memory costs more than the copy.
  memory = shared.memory;
  for (const worker of ready) worker.post(shared);
  let slowest = 0;
  let last = performance.now();
  const claim = () => {
    const now = performance.now();
    slowest = Math.max(slowest, now - last);
    last = now;
    return control.claim();
  };
  try {
    claimSamples(denseKernels(), kernel, local, claim, (sample) => control.finish(sample));
  } catch (error) {
    control.close();
    awaitWorkers(control, slowest);
    throw error;
  }
  awaitWorkers(control, slowest);
  noteFailure(kernel.name, control);
  takeResults(kernel, job, outputs, local, control);
  return true;
}

function startWorkers(count: number): void {
  if (workers.some((worker) => worker.silent())) {
    for (const worker of workers.splice(0)) end(worker);
    unavailable = true;
  }
  while (workers.length < count && !unavailable) {
    const worker = spawn((lost) => {
      unavailable ||= workers.includes(lost) && !lost.ready() && !lost.busy();
      workers = workers.filter((other) => other !== lost);
      lose(lost);
    });
    if (!worker) return;
    workers.push(worker);
  }
}

/** @param memory Is used if there is room; nobody else may use it. */
function toSharedMemory<Names extends string>(
  kernel: string,
  {arrays, parameters}: BatchJob<Names>,
  control: ControlBlock,
  memory: ArrayBufferLike | null,
): {shared: SharedJob; local: BatchJob<Names>} {
  const {arrays: places, bytes} = placesOf(
    Object.entries<BatchArray>(arrays).map(([name, array]) => [
      name,
      array.constructor.name as ArrayType,
      array.length,
    ]),
  );
  const room = memory && memory.byteLength >= bytes ? memory : new SharedArrayBuffer(Math.ceil(1.5 * bytes));
  const {buffer, batch} = control;
  const shared = {kernel, memory: room, control: buffer, batch, parameters, arrays: places};
  const views = arraysOf(shared) as Record<Names, BatchArray>;
  for (const [name, array] of Object.entries<BatchArray>(arrays)) views[name as Names].set(array);
  return {shared, local: {arrays: views, parameters}};
}

/**
 * Waits until no worker is working on a sample, but with a limit: workers that are late are ended, and the memory to which they
 * may still write is abandoned. The main thread of a page must not block, so it spins.
 */
function awaitWorkers(control: ControlBlock, slowest: number): void {
  const end = performance.now() + Math.max(LATE_AFTER_MS, LATE_FACTOR * slowest);
  for (let active = control.load(ACTIVE); active > 0; active = control.load(ACTIVE)) {
    const left = end - performance.now();
    if (left <= 0) {
      endLate(workers.filter((worker) => worker.busy()));
      memory = null;
      return;
    }
    control.wait(ACTIVE, active, left);
  }
}

/** Copies the outputs back, and does the samples that were not finished, from the caller's own arrays, which no worker can change. */
function takeResults<Names extends string>(
  kernel: BatchKernel<Names>,
  job: BatchJob<Names>,
  outputs: readonly Names[],
  local: BatchJob<Names>,
  control: ControlBlock,
): void {
  const samples = Array.from({length: control.batch}, (_, sample) => sample);
  const missing = new Set(samples.filter((sample) => !control.isDone(sample)));
  const left = missing.values();
  claimSamples(denseKernels(), kernel, job, () => left.next().value ?? -1);
  copyResults(job, outputs, local, control.batch, missing);
}

/** Copies the outputs of all samples that are not missing. */
export function copyResults<Names extends string>(
  job: BatchJob<Names>,
  outputs: readonly Names[],
  local: BatchJob<Names>,
  batch: number,
  missing: ReadonlySet<number>,
): void {
  if (missing.size === 0) {
    for (const name of outputs) job.arrays[name].set(local.arrays[name]);
    return;
  }
  for (const name of outputs) {
    const size = job.arrays[name].length / batch;
    for (let sample = 0; sample < batch; sample++) {
      if (missing.has(sample)) continue;
      job.arrays[name].set(local.arrays[name].subarray(sample * size, (sample + 1) * size), sample * size);
    }
  }
}
