/** @file Threads in Node and in a page behind one face. */
import {nodeModule, type NodeWorker} from './node.js';
import type {SharedJob} from './pool.js';

export interface Thread {
  /** Whether it has loaded its code. */
  ready(): boolean;
  post(job: SharedJob): void;
  terminate(): void;
}

const MOST_THREADS = 8;

/** The cores that there are, where threads can share memory. */
export function defaultThreads(): number {
  const os = nodeModule('node:os');
  if (os) return Math.min(os.availableParallelism(), MOST_THREADS);
  return globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS) : 1;
}

/** Starts a thread, or returns `null` where there are none. @param onEnd Called when it has ended for whatever reason. */
export function spawn(onEnd: (thread: Thread) => void): Thread | null {
  try {
    const node = nodeModule('node:worker_threads');
    if (node) return spawnInNode(node.Worker, onEnd);
    return globalThis.crossOriginIsolated && typeof Worker !== 'undefined' ? spawnInPage(onEnd) : null;
  } catch {
    return null;
  }
}

function spawnInNode(
  Worker: new (code: string | URL, options: {workerData: unknown; eval?: boolean}) => NodeWorker,
  onEnd: (thread: Thread) => void,
): Thread {
  const flag = readyFlag();
  const options = {workerData: flag};
  const worker = import.meta.url.endsWith('.ts')
    ? new Worker(RUN_SOURCE, {...options, eval: true})
    : new Worker(new URL('./worker.js', import.meta.url), options);
  worker.unref();
  const thread: Thread = {
    ready: () => Atomics.load(flag, 0) === 1,
    post: (job) => worker.postMessage(job),
    terminate: () => void worker.terminate(),
  };
  // An error is followed by the exit; without a listener it would end the process.
  worker.on('error', () => undefined);
  worker.on('exit', () => onEnd(thread));
  return thread;
}

/** Node hands its TypeScript loader to no worker: this project's own tests and examples start one. */
const RUN_SOURCE = `import('tsx/esm/api').then(({register}) => {
  register();
  return import(${JSON.stringify(import.meta.url.replace('platform.ts', 'worker.ts'))});
})`;

function spawnInPage(onEnd: (thread: Thread) => void): Thread {
  const flag = readyFlag();
  // Written out, so that bundlers see it.
  const worker = new Worker(new URL('./worker.js', import.meta.url), {type: 'module'});
  worker.postMessage(flag);
  const thread: Thread = {
    ready: () => Atomics.load(flag, 0) === 1,
    post: (job) => worker.postMessage(job),
    terminate: () => worker.terminate(),
  };
  worker.onerror = (event) => {
    event.preventDefault();
    onEnd(thread);
  };
  return thread;
}

function readyFlag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}
