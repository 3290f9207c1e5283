/** @file The code of a worker thread: it runs batch kernels for the samples that it claims. */
import type {BatchKernel} from '../contracts/batch-kernel.js';
import {denseKernels} from '../twins/current-dense.js';
import {codeBatch} from '../algorithms/coding/code-batch.js';
import {kktBatch} from '../algorithms/qp/kkt-batch.js';
import {qpBatch} from '../algorithms/qp/qp-batch.js';
import {ControlBlock} from './control.js';
import {AT_WORK, PROTOCOL, READY, type Greeting} from './greeting.js';
import {workAlong, type SharedJob} from './job.js';
import {nodeModule} from './node.js';

const kernels = new Map<string, BatchKernel>(
  [qpBatch, kktBatch, codeBatch].map((kernel) => [kernel.name, kernel]),
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

/** Works only for a caller of the same version. @returns Whether it is one. */
function greet(greeting: Greeting): boolean {
  if (greeting.protocol !== PROTOCOL) return false;
  state = greeting.state;
  Atomics.store(state, 0, READY);
  return true;
}

const node = nodeModule('node:worker_threads');
if (node?.parentPort) {
  node.parentPort.on('message', (job) => run(job as SharedJob));
  greet(node.workerData as Greeting);
} else {
  const scope = globalThis as unknown as {postMessage(message: unknown): void};
  globalThis.onmessage = ({data}: MessageEvent<Greeting | SharedJob>) => {
    if (!('protocol' in data)) run(data);
    // Any answer makes the caller end this worker.
    else if (!greet(data)) scope.postMessage(PROTOCOL);
  };
}
