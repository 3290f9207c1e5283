/** @file A common interface for threads in Node and in a page. */
import {AT_WORK, greeting, PROTOCOL, READY, STARTING, type Greeting} from './greeting.js';
import type {SharedJob} from './job.js';
import {nodeModule, type NodeWorker} from './node.js';

export interface Thread {
  /** Whether it has loaded our code and waits for a job. */
  ready(): boolean;
  /** Whether it is working on a job. A worker that died remains in this state. */
  busy(): boolean;
  /** Whether it has not answered for so long that it cannot be a worker of this library. */
  silent(): boolean;
  post(job: SharedJob): void;
  terminate(): void;
}

const MOST_THREADS = 8;
/** The worker of this library greets as soon as it is loaded. */
const SILENT_AFTER_MS = 30_000;

/** The number of cores, if threads can share memory. */
export function defaultThreads(): number {
  const os = nodeModule('node:os');
  if (os) return Math.min(os.availableParallelism(), MOST_THREADS);
  return globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS) : 1;
}

/**
 * Starts a thread, or returns `null` if there are none, or if a bundle does not know its own URL, which is not read before this
 * call.
 *
 * @param onEnd Called when the thread has ended, for any reason.
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

/** Node does not pass its TypeScript loader to workers; the tests and examples of this project start one here. */
const sourceRunner = (here: string) => `import('tsx/esm/api').then(({register}) => {
  register();
  return import(${JSON.stringify(here.replace('platform.ts', 'tfjs-implicit-worker.ts'))});
})`;

function spawnInPage(onEnd: (thread: Thread) => void): Thread {
  const {locks} = navigator as {locks?: LockManager};
  // All pages of an origin see the same locks.
  const hello: Greeting = {...greeting(), lock: locks && `${PROTOCOL} ${crypto.randomUUID()}`};
  // Written out literally with its options, so that bundlers detect it.
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
  worker.onmessage = ({data}) => {
    // The browser gives us the lock when the worker is gone, for whatever reason; it says so in no other way.
    if (locks && data === hello.lock) locks.request(hello.lock!, end).catch(() => undefined);
    // The worker of this library sends no other message: this is a worker of the application, or some other file at that address.
    else end();
  };
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
