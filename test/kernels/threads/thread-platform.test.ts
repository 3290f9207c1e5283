/** @file Threads in Node and in a page, with workers that the tests hold in their hands. */
import {assert} from 'chai';
import {AT_WORK, PROTOCOL, READY, STARTING, type Greeting} from '../../../src/kernels/threads/greeting.js';
import type {SharedJob} from '../../../src/kernels/threads/job.js';
import {defaultThreads, spawn, type Thread} from '../../../src/kernels/threads/platform.js';

/** A worker of Node or of a page. */
class FakeWorker {
  static made: FakeWorker[] = [];
  static fails = false;
  posted: unknown[] = [];
  listeners: Record<string, () => void> = {};
  onerror?: (event: {preventDefault(): void}) => void;
  onmessage?: (event: {data: unknown}) => void;
  [count: string]: unknown;
  terminated = 0;
  unrefs = 0;

  constructor(
    readonly code: string | URL,
    readonly options: Record<string, unknown>,
  ) {
    if (FakeWorker.fails) throw new Error('no workers here');
    FakeWorker.made.push(this);
  }

  postMessage(message: unknown): void {
    this.posted.push(message);
  }

  on(event: string, listener: () => void): void {
    this.listeners[event] = listener;
  }

  terminate(): void {
    this.terminated++;
  }

  unref(): void {
    this.unrefs++;
  }
}

describe('threads on their platform', () => {
  const getBuiltinModule = process.getBuiltinModule.bind(process);
  const now = performance.now.bind(performance);
  const names = ['crossOriginIsolated', 'navigator', 'Worker'] as const;
  const originals = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));

  const define = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, {value, configurable: true, writable: true});

  const inNode = (modules: Record<string, unknown>) =>
    (process.getBuiltinModule = ((name: string) => modules[name]) as typeof getBuiltinModule);

  /** Nothing of Node, and what a page has. */
  function inPage(
    isolated: boolean,
    cores: number | undefined,
    {Worker, locks}: {Worker?: unknown; locks?: unknown} = {Worker: FakeWorker},
  ): void {
    (process as {getBuiltinModule?: unknown}).getBuiltinModule = undefined;
    define('crossOriginIsolated', isolated);
    define('navigator', {hardwareConcurrency: cores, locks});
    define('Worker', Worker);
  }

  beforeEach(() => {
    FakeWorker.made = [];
    FakeWorker.fails = false;
  });

  afterEach(() => {
    process.getBuiltinModule = getBuiltinModule;
    performance.now = now;
    names.forEach((name, i) => {
      const original = originals[i];
      if (original) Object.defineProperty(globalThis, name, original);
      else delete (globalThis as Record<string, unknown>)[name];
    });
  });

  it('are as many as there are cores, but no more than eight, and one where memory is not shared', () => {
    for (const cores of [1, 3, 8, 9, 64]) {
      inNode({'node:os': {availableParallelism: () => cores}});
      assert.equal(defaultThreads(), Math.min(cores, 8));
      inPage(true, cores);
      assert.equal(defaultThreads(), Math.min(cores, 8));
      inPage(false, cores);
      assert.equal(defaultThreads(), 1);
    }
    inPage(true, undefined);
    assert.equal(defaultThreads(), 1);
  });

  /** What holds of a thread wherever it is. */
  function exercise(thread: Thread, worker: FakeWorker, {protocol, state}: Greeting): void {
    assert.equal(protocol, PROTOCOL);
    for (const [value, ready, busy] of [
      [STARTING, false, false],
      [READY, true, false],
      [AT_WORK, false, true],
    ] as const) {
      Atomics.store(state, 0, value);
      assert.deepEqual([thread.ready(), thread.busy(), thread.silent()], [ready, busy, false]);
    }
    performance.now = () => now() + 31_000;
    assert.isFalse(thread.silent());
    Atomics.store(state, 0, STARTING);
    assert.isTrue(thread.silent());
    performance.now = () => now() + 20_000;
    assert.isFalse(thread.silent());
    performance.now = now;
    const job = {kernel: 'none'} as SharedJob;
    thread.post(job);
    assert.strictEqual(worker.posted.at(-1), job);
    thread.terminate();
    assert.equal(worker.terminated, 1);
  }

  it('are workers of Node, which get a greeting and do not keep the process alive', () => {
    inNode({'node:worker_threads': {Worker: FakeWorker}});
    const ended: Thread[] = [];
    const thread = spawn((one) => ended.push(one))!;
    const [worker] = FakeWorker.made;
    const {workerData, eval: isSource} = worker.options as {workerData: Greeting; eval: boolean};
    assert.isTrue(isSource);
    assert.match(String(worker.code), /import\(".*\/tfjs-implicit-worker\.ts"\)/);
    assert.equal(worker.unrefs, 1);
    exercise(thread, worker, workerData);
    worker.listeners.error();
    assert.isEmpty(ended);
    worker.listeners.exit();
    assert.deepEqual(ended, [thread]);
  });

  it('are workers of a page, which hear a greeting, and end where they say anything or fail', () => {
    inPage(true, 4);
    const ended: Thread[] = [];
    const [thread, other] = [0, 1].map(() => spawn((one) => ended.push(one))!);
    const [worker, second] = FakeWorker.made;
    assert.match(String(worker.code), /\/tfjs-implicit-worker\.js$/);
    assert.deepEqual(worker.options, {type: 'module'});
    exercise(thread, worker, worker.posted[0] as Greeting);
    worker.onmessage!({data: undefined});
    assert.deepEqual([ended, worker.terminated], [[thread], 2]);
    let prevented = 0;
    second.onerror!({preventDefault: () => prevented++});
    assert.deepEqual([ended, second.terminated, prevented], [[thread, other], 1, 1]);
  });

  it('are workers of a page that hold a lock, and end when the page gets it', async () => {
    const asked: [name: string, granted: () => void][] = [];
    const request = (name: string, granted: () => void) => {
      asked.push([name, granted]);
      return name === first.lock ? new Promise(() => undefined) : Promise.reject(new Error('no locks here'));
    };
    inPage(true, 4, {Worker: FakeWorker, locks: {request}});
    const ended: Thread[] = [];
    const threads = [0, 1].map(() => spawn((one) => ended.push(one))!);
    const [worker, second] = FakeWorker.made;
    const [first, other] = FakeWorker.made.map(({posted}) => posted[0] as Greeting);
    assert.notEqual(first.lock, other.lock);
    assert.isEmpty(asked);
    worker.onmessage!({data: first.lock});
    second.onmessage!({data: other.lock});
    await Promise.resolve();
    assert.deepEqual(
      asked.map(([name]) => name),
      [first.lock, other.lock],
    );
    assert.deepEqual([ended, worker.terminated, second.terminated], [[], 0, 0]);
    asked[0][1]();
    assert.deepEqual(ended, [threads[0]]);
    // That of another worker is none of its own.
    second.onmessage!({data: first.lock});
    assert.deepEqual(ended, threads);
  });

  it('are none where workers cannot be made, or cannot share memory', () => {
    inPage(false, 4);
    assert.isNull(spawn(() => undefined));
    inPage(true, 4, {});
    assert.isNull(spawn(() => undefined));
    assert.isEmpty(FakeWorker.made);
    FakeWorker.fails = true;
    inPage(true, 4);
    assert.isNull(spawn(() => undefined));
    inNode({'node:worker_threads': {Worker: FakeWorker}});
    assert.isNull(spawn(() => undefined));
  });
});
