/** @file A worker of a page that ends in the middle of its first job, with a sample that it has taken. */
import {ControlBlock} from '../../src/kernels/threads/control.js';
import {AT_WORK, READY, type Greeting} from '../../src/kernels/threads/greeting.js';
import type {SharedJob} from '../../src/kernels/threads/job.js';

const scope = globalThis as unknown as {postMessage(message: unknown): void; close(): void};
let state: Int32Array;

globalThis.onmessage = ({data}: MessageEvent<Greeting | SharedJob>) => {
  if ('protocol' in data) {
    ({state} = data);
    void navigator.locks.request(data.lock!, () => {
      scope.postMessage(data.lock);
      Atomics.store(state, 0, READY);
      return new Promise(() => undefined);
    });
    return;
  }
  const control = new ControlBlock(data.batch, data.control);
  Atomics.store(state, 0, AT_WORK);
  control.enter();
  control.claim();
  scope.close();
};
