/** @file What a worker thread runs: batch kernels, for the samples that it claims. */
import type {BatchKernel} from '../batch.js';
import {denseKernels} from '../current-dense.js';
import {codeBatch} from '../coding/code-batch.js';
import {kktBatch} from '../qp/kkt-batch.js';
import {qpBatch} from '../qp/qp-batch.js';
import {ControlBlock} from './control.js';
import {nodeModule} from './node.js';
import {arraysOf, claimSamples, type SharedJob} from './pool.js';

const kernels = new Map<string, BatchKernel>(
  [qpBatch, kktBatch, codeBatch].map((kernel) => [kernel.name, kernel]),
);

function run(job: SharedJob): void {
  const control = new ControlBlock(job.control);
  control.enter();
  try {
    const {parameters, batch} = job;
    claimSamples(denseKernels(), kernels.get(job.kernel)!, {arrays: arraysOf(job), parameters}, () =>
      control.claim(batch),
    );
  } catch (error) {
    control.fail(error instanceof Error ? error.message : String(error), job.batch);
  } finally {
    control.leave();
  }
}

const node = nodeModule('node:worker_threads');
const isReady = (flag: Int32Array) => Atomics.store(flag, 0, 1);
if (node?.parentPort) {
  node.parentPort.on('message', (job) => run(job as SharedJob));
  isReady(node.workerData as Int32Array);
} else {
  globalThis.onmessage = ({data}: MessageEvent<Int32Array | SharedJob>) => {
    if (data instanceof Int32Array) isReady(data);
    else run(data);
  };
}
