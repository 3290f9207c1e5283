/** @file The code of a worker thread: it runs batch kernels for the samples that it claims. */
import type {BatchKernel} from '../contracts/batch-kernel.js';
import {denseKernels} from '../twins/current-dense.js';
import {codeBatch} from '../algorithms/coding/code-batch.js';
import {kktBatch} from '../algorithms/qp/kkt-batch.js';
import {qpBatch} from '../algorithms/qp/qp-batch.js';
import {sparseOfJob} from '../algorithms/sparse/sparse-job.js';
import {ControlBlock} from './control.js';
import {AT_WORK, PROTOCOL, READY, type Greeting} from './greeting.js';
import {workAlong, type SharedJob} from './job.js';
import {nodeModule} from './node.js';

const kernels = new Map<string, BatchKernel>(
  [qpBatch, kktBatch, codeBatch, sparseOfJob].map((kernel) => [kernel.name, kernel]),
);
let state: Int32Array | null = null;

function run(job: SharedJob): void {
  const control = new ControlBlock(job.batch, job.control);
  Atomics.store(state!, 0, AT_WORK);
  control.enter();
  try {
    workAlong(denseKernels(), kernels.get(job.kernel)!, job, control);
  } catch (error) {
    control.fail(error instanceof Error ? error.message : String(error));
  } finally {
    Atomics.store(state!, 0, READY);
    control.leave();
  }
}

/** Works only for a caller of the same version. */
function greet(greeting: Greeting): void {
  if (greeting.protocol !== PROTOCOL) return;
  state = greeting.state;
  Atomics.store(state, 0, READY);
}

/** Takes a lock until this thread ends. @returns Whether it has got it. */
function hold(lock: string): Promise<boolean> {
  return new Promise((resolve) => {
    const forever = () => {
      resolve(true);
      return new Promise(() => undefined);
    };
    navigator.locks.request(lock, forever).catch(() => resolve(false));
  });
}

const node = nodeModule('node:worker_threads');
if (node?.parentPort) {
  node.parentPort.on('message', (job) => run(job as SharedJob));
  greet(node.workerData as Greeting);
} else {
  const scope = globalThis as unknown as {postMessage(message: unknown): void};
  /** Until the lock is held: a caller must not believe that this worker is gone. */
  let holding: Promise<void> | null = null;
  globalThis.onmessage = ({data}: MessageEvent<Greeting | SharedJob>) => {
    if (!('protocol' in data)) {
      if (holding) void holding.then(() => run(data));
      else run(data);
    }
    // Any other answer makes the caller end this worker.
    else if (data.protocol !== PROTOCOL) scope.postMessage(PROTOCOL);
    else if (data.lock === undefined) greet(data);
    else {
      holding = hold(data.lock).then((isHeld) => {
        if (isHeld) scope.postMessage(data.lock);
        holding = null;
        greet(data);
      });
    }
  };
}
