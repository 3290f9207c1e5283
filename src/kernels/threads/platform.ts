/** @file Threads in Node and in a page behind one face. */
import {AT_WORK, greeting, READY, STARTING} from './greeting.js';
import type {SharedJob} from './job.js';
import {nodeModule, type NodeWorker} from './node.js';

export interface Thread {
  /** Whether it has loaded our code and waits for a job. */
  ready(): boolean;
  /** Whether it is at a job. One that died there remains so. */
  busy(): boolean;
  /** Whether it has been answering nothing for so long that it is not one of ours. */
  silent(): boolean;
  post(job: SharedJob): void;
  terminate(): void;
}

const MOST_THREADS = 8;
/** Our worker greets as soon as it has been fetched. */
const SILENT_AFTER_MS = 30_000;

/** The cores that there are, where threads can share memory. */
export function defaultThreads(): number {
  const os = nodeModule('node:os');
  if (os) return Math.min(os.availableParallelism(), MOST_THREADS);
  return globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS) : 1;
}

/**
 * Starts a thread, or returns `null` where there are none: also where a bundle does not know its own URL, which is asked for
 * here and not before.
 *
 * @param onEnd Called when it has ended for whatever reason.
 */
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
): Thread | null {
  const here = import.meta.url;
  if (!here) return null;
  const workerData = greeting();
  const worker = here.endsWith('.ts')
    ? new Worker(sourceRunner(here), {workerData, eval: true})
    : // Not the form that bundlers for pages look for: it would give them the file twice.
      new Worker(new URL(NODE_WORKER, here), {workerData});
  worker.unref();
  const thread = threadOf(worker, workerData.state);
  // An error is followed by the exit; without a listener it would end the process.
  worker.on('error', () => undefined);
  worker.on('exit', () => onEnd(thread));
  return thread;
}

const NODE_WORKER = './tfjs-implicit-worker.js';

/** Node hands its TypeScript loader to no worker: this project's own tests and examples start one. */
const sourceRunner = (here: string) => `import('tsx/esm/api').then(({register}) => {
  register();
  return import(${JSON.stringify(here.replace('platform.ts', 'tfjs-implicit-worker.ts'))});
})`;

function spawnInPage(onEnd: (thread: Thread) => void): Thread {
  const hello = greeting();
  // Written out, and its options too, so that bundlers see it.
  const worker = new Worker(new URL('./tfjs-implicit-worker.js', import.meta.url), {type: 'module'});
  const thread = threadOf(worker, hello.state);
  const end = () => {
    worker.terminate();
    onEnd(thread);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end();
  };
  // Ours says nothing: this is a worker of the application, or whatever else the server has at that address.
  worker.onmessage = end;
  worker.postMessage(hello);
  return thread;
}

function threadOf(
  worker: {postMessage(message: unknown): void; terminate(): unknown},
  state: Int32Array,
): Thread {
  const silentAt = performance.now() + SILENT_AFTER_MS;
  const is = (value: number) => Atomics.load(state, 0) === value;
  return {
    ready: () => is(READY),
    busy: () => is(AT_WORK),
    silent: () => is(STARTING) && performance.now() > silentAt,
    post: (job) => worker.postMessage(job),
    terminate: () => void worker.terminate(),
  };
}
