/** @file The pool of worker threads with workers that the tests hold in their hands: who starts, works, fails, is lost, and ends. */
import {assert} from 'chai';
import {setThreads} from '../../../src/index.js';
import type {BatchKernel} from '../../../src/kernels/contracts/batch-kernel.js';
import {ACTIVE, ControlBlock, NEXT} from '../../../src/kernels/threads/control.js';
import {AT_WORK, PROTOCOL, READY, type Greeting} from '../../../src/kernels/threads/greeting.js';
import {arraysOf, type SharedJob} from '../../../src/kernels/threads/job.js';
import {shareWork, threads} from '../../../src/kernels/threads/pool.js';

/** Multiplications that are worth one more thread. */
const WORTH = 2e6;

/** In the place of Node's Worker. */
class FakeWorker {
  static all: FakeWorker[] = [];
  /** Whether workers have loaded their code when they are made. */
  static ready = true;
  /** What a worker does with a job, at once. */
  static work: (job: SharedJob, worker: FakeWorker) => void = () => undefined;

  readonly listeners: Record<string, () => void> = {};
  readonly state: Int32Array;
  terminated = false;
  jobs = 0;

  constructor(_code: unknown, {workerData}: {workerData: Greeting}) {
    FakeWorker.all.push(this);
    this.state = workerData.state;
    assert.equal(workerData.protocol, PROTOCOL);
    if (FakeWorker.ready) Atomics.store(this.state, 0, READY);
  }

  on(event: string, listener: () => void): void {
    this.listeners[event] = listener;
  }

  postMessage(job: SharedJob): void {
    this.jobs++;
    FakeWorker.work(job, this);
  }

  terminate(): void {
    this.terminated = true;
  }

  unref(): void {}
}

/** Writes 1 + the sample's input to `out`; counts the samples. */
function countingKernel() {
  const samples: number[] = [];
  const kernel: BatchKernel<'input' | 'out'> = {
    name: 'counting',
    start:
      (_dense, {arrays}) =>
      (sample) => {
        samples.push(sample);
        arrays.out[sample] = 1 + arrays.input[sample];
        arrays.input[sample] = -1;
      },
  };
  return {kernel, samples};
}

function jobOf(batch: number) {
  const input = Float64Array.from({length: batch}, (_, i) => 10 * i + 0.5);
  return {arrays: {input, out: new Float32Array(batch)}, parameters: {}};
}

/** Shares a batch of which each sample costs `cost`. */
function share(batch: number, cost = 1e9) {
  const {kernel, samples} = countingKernel();
  const job = jobOf(batch);
  const shared = shareWork(kernel, job, ['out'], batch, cost);
  return {shared, samples, ...job.arrays};
}

/** A worker's part of a job: `count` samples, each 100 + its number. */
function take(job: SharedJob, count: number): void {
  const control = new ControlBlock(job.batch, job.control);
  control.enter();
  const {out} = arraysOf(job);
  for (let left = count; left > 0; left--) {
    const sample = control.claim();
    if (sample < 0) continue;
    out[sample] = 100 + sample;
    control.finish(sample);
  }
  control.leave();
}

describe('the pool of worker threads', () => {
  const getBuiltinModule = process.getBuiltinModule.bind(process);
  const {wait} = Atomics;
  const now = performance.now.bind(performance);

  beforeEach(() => {
    setThreads(1);
    FakeWorker.all = [];
    FakeWorker.ready = true;
    FakeWorker.work = () => undefined;
    process.getBuiltinModule = ((name: string) =>
      name === 'node:worker_threads'
        ? {Worker: FakeWorker}
        : getBuiltinModule(name)) as typeof getBuiltinModule;
  });

  afterEach(() => {
    setThreads(1);
    process.getBuiltinModule = getBuiltinModule;
    Atomics.wait = wait;
    performance.now = now;
    setThreads(null);
  });

  it('starts one thread less than it may use, one less than there are samples, and one for each portion of work', () => {
    const started = (limit: number, batch: number, cost: number) => {
      setThreads(1);
      FakeWorker.all = [];
      setThreads(limit);
      const {shared} = share(batch, cost);
      assert.equal(shared, FakeWorker.all.length > 0);
      return FakeWorker.all.length;
    };
    assert.equal(started(1, 10, 1e9), 0);
    assert.equal(started(4, 10, 1e9), 3);
    assert.equal(started(4, 3, 1e9), 2);
    assert.equal(started(4, 1, 1e9), 0);
    assert.equal(started(4, 10, (0.99 * WORTH) / 10), 0);
    assert.equal(started(4, 10, (1.01 * WORTH) / 10), 1);
    assert.equal(started(4, 10, (1.99 * WORTH) / 10), 1);
    assert.equal(started(4, 10, (2.01 * WORTH) / 10), 2);
  });

  it('posts a job to no more workers than it is worth', () => {
    setThreads(3);
    share(8);
    share(8, (1.5 * WORTH) / 8);
    assert.deepEqual(
      FakeWorker.all.map(({jobs}) => jobs),
      [2, 1],
    );
  });

  it('leaves the work to the caller while no worker has loaded its code', () => {
    FakeWorker.ready = false;
    setThreads(2);
    const {shared, samples} = share(4);
    assert.isFalse(shared);
    assert.isEmpty(samples);
    assert.equal(FakeWorker.all.length, 1);
    assert.equal(FakeWorker.all[0].jobs, 0);
  });

  it('gives every sample to one of the threads, and takes back the outputs alone', () => {
    setThreads(2);
    FakeWorker.work = (job) => take(job, 2);
    for (const batch of [5, 3, 40, 4]) {
      const {samples, out, input} = share(batch);
      assert.deepEqual(
        samples,
        Array.from({length: batch - 2}, (_, i) => i + 2),
      );
      const expected = Array.from(out, (_, i) => (i < 2 ? 100 + i : 10 * i + 1.5));
      assert.deepEqual(Array.from(out), expected);
      assert.deepEqual(Array.from(input), Array.from(jobOf(batch).arrays.input));
    }
    assert.equal(FakeWorker.all.length, 1);
  });

  it('a throw in the caller ends the job, and the next one finds everything in order', () => {
    setThreads(2);
    let control!: ControlBlock;
    FakeWorker.work = (job) => (control = new ControlBlock(job.batch, job.control));
    const broken: BatchKernel<'out'> = {
      name: 'broken',
      start: () => (sample) => {
        if (sample === 1) throw new Error('sample 1 is broken');
      },
    };
    const job = {arrays: {out: new Float32Array(6)}, parameters: {}};
    assert.throws(() => shareWork(broken, job, ['out'], 6, 1e9), 'sample 1 is broken');
    assert.equal(control.claim(), -1);
    FakeWorker.work = (job) => take(job, 1);
    assert.deepEqual(share(3).samples, [1, 2]);
  });

  it('after a throw it waits for the workers that are at a sample', () => {
    setThreads(2);
    let control!: ControlBlock;
    FakeWorker.work = (job) => {
      control = new ControlBlock(job.batch, job.control);
      control.enter();
    };
    let waited = 0;
    Atomics.wait = (() => {
      waited++;
      control.leave();
      return 'ok';
    }) as typeof wait;
    const broken: BatchKernel<'out'> = {name: 'broken', start: () => assert.fail('it cannot start')};
    const job = {arrays: {out: new Float32Array(6)}, parameters: {}};
    assert.throws(() => shareWork(broken, job, ['out'], 6, 1e9), 'it cannot start');
    assert.equal(waited, 1);
  });

  it('what a worker that failed has taken with it is computed by the caller, and said once', () => {
    setThreads(2);
    FakeWorker.work = (job) => {
      const control = new ControlBlock(job.batch, job.control);
      const sample = control.claim();
      arraysOf(job).out[sample] = 7;
      control.fail('no such sample');
      control.fail('a later one');
    };
    const {warn} = console;
    const said: string[] = [];
    console.warn = (text: string) => void said.push(text);
    try {
      for (let k = 0; k < 2; k++) {
        const {samples, out} = share(4);
        assert.deepEqual(samples, [1, 2, 3, 0]);
        assert.deepEqual(Array.from(out), [1.5, 11.5, 21.5, 31.5]);
      }
    } finally {
      console.warn = warn;
    }
    assert.equal(said.length, 1);
    assert.include(said[0], 'counting: a worker thread failed');
    assert.include(said[0], 'no such sample');
  });

  it('a worker that ends is replaced; one that could not load is the last', () => {
    setThreads(2);
    share(4);
    FakeWorker.all[0].listeners.exit();
    share(4);
    assert.equal(FakeWorker.all.length, 2);
    setThreads(1);
    FakeWorker.ready = false;
    setThreads(2);
    share(4);
    FakeWorker.all[2].listeners.error();
    FakeWorker.all[2].listeners.exit();
    assert.isFalse(share(4).shared);
    assert.equal(FakeWorker.all.length, 3);
    setThreads(2);
    share(4);
    assert.equal(FakeWorker.all.length, 4);
  });

  it('a worker that was ended while it loaded does not count as one that could not', () => {
    FakeWorker.ready = false;
    setThreads(2);
    share(4);
    setThreads(1);
    assert.isTrue(FakeWorker.all[0].terminated);
    FakeWorker.ready = true;
    setThreads(2);
    FakeWorker.all[0].listeners.exit();
    assert.isTrue(share(4).shared);
  });

  it('ends the workers that are too many, and only those', () => {
    setThreads(4);
    share(8);
    setThreads(2);
    assert.deepEqual(
      FakeWorker.all.map(({terminated}) => terminated),
      [false, true, true],
    );
    setThreads(1);
    assert.isTrue(FakeWorker.all.every(({terminated}) => terminated));
    assert.equal(threads(), 1);
  });

  it('does without workers where they cannot be made', () => {
    process.getBuiltinModule = ((name: string) => {
      if (name === 'node:worker_threads') throw new Error('not allowed here');
      return getBuiltinModule(name);
    }) as typeof getBuiltinModule;
    setThreads(2);
    assert.isFalse(share(4).shared);
  });

  /** A worker that takes `count` samples, writes `finished` of them, and is never heard of again. */
  function die(count: number, finished: number) {
    FakeWorker.work = (job, worker) => {
      const control = new ControlBlock(job.batch, job.control);
      Atomics.store(worker.state, 0, AT_WORK);
      control.enter();
      const {input, out} = arraysOf(job);
      for (let i = 0; i < count; i++) {
        const sample = control.claim();
        input[sample] = NaN;
        out[sample] = i < finished ? 100 + sample : -7;
        if (i < finished) control.finish(sample);
      }
    };
  }

  it('does again what a worker that died has taken with it, and ends it', () => {
    setThreads(2);
    die(3, 2);
    let elapsed = 0;
    performance.now = () => now() + elapsed;
    const waits: number[] = [];
    Atomics.wait = ((_words: unknown, word: number, value: number, milliseconds: number) => {
      assert.deepEqual([word, value], [ACTIVE, 1]);
      waits.push(milliseconds);
      elapsed += 300;
      return 'timed-out';
    }) as typeof wait;
    const {shared, samples, out} = share(6);
    assert.isTrue(shared);
    assert.deepEqual(samples, [3, 4, 5, 2]);
    assert.deepEqual(Array.from(out), [100, 101, 21.5, 31.5, 41.5, 51.5]);
    assert.equal(waits.length, 2);
    assert.isBelow(Math.abs(waits[0] - 500), 100);
    assert.isBelow(Math.abs(waits[1] - 200), 100);
    assert.isTrue(FakeWorker.all[0].terminated);

    // Nothing of it reaches the next job, which another worker helps with.
    FakeWorker.work = (job) => take(job, 1);
    assert.deepEqual(share(3).samples, [1, 2]);
    assert.equal(FakeWorker.all.length, 2);
  });

  it('does not wait for seconds', () => {
    setThreads(2);
    die(1, 0);
    let waited = 0;
    performance.now = () => now() + waited;
    Atomics.wait = ((_words: unknown, _word: number, _value: number, milliseconds: number) => {
      waited += milliseconds;
      return 'timed-out';
    }) as typeof wait;
    assert.deepEqual(share(4).samples, [1, 2, 3, 0]);
    assert.isBelow(waited, 1000);
  });

  it('has the more patience the longer the samples take', () => {
    setThreads(2);
    die(1, 0);
    let elapsed = 0;
    performance.now = () => now() + elapsed;
    const waits: number[] = [];
    Atomics.wait = ((_words: unknown, _word: number, _value: number, milliseconds: number) => {
      waits.push(milliseconds);
      elapsed += 1e6;
      return 'timed-out';
    }) as typeof wait;
    const slow: BatchKernel<'input' | 'out'> = {name: 'slow', start: () => () => void (elapsed += 2000)};
    assert.isTrue(shareWork(slow, jobOf(3), ['out'], 3, 1e9));
    assert.equal(waits.length, 1);
    assert.isBelow(Math.abs(waits[0] - 8000), 100);
  });

  it('ends a worker that never greets, and starts no other', () => {
    FakeWorker.ready = false;
    setThreads(2);
    share(4);
    let elapsed = 29_000;
    performance.now = () => now() + elapsed;
    share(4);
    assert.isFalse(FakeWorker.all[0].terminated);
    elapsed = 31_000;
    assert.isFalse(share(4).shared);
    assert.isTrue(FakeWorker.all[0].terminated);
    assert.equal(FakeWorker.all.length, 1);
  });
});

describe('the control block of a job', () => {
  it('gives each sample once, and none after it was closed', () => {
    const control = new ControlBlock(3);
    const other = new ControlBlock(3, control.buffer);
    assert.deepEqual([control.claim(), other.claim(), control.claim(), other.claim()], [0, 1, 2, -1]);
    const closed = new ControlBlock(9);
    assert.equal(closed.claim(), 0);
    closed.close();
    assert.equal(closed.load(NEXT), 9);
    assert.equal(closed.claim(), -1);
  });

  it('knows which samples are done', () => {
    const control = new ControlBlock(3);
    new ControlBlock(3, control.buffer).finish(1);
    assert.deepEqual(
      [0, 1, 2].map((sample) => control.isDone(sample)),
      [false, true, false],
    );
  });

  it('counts who is at work', () => {
    const control = new ControlBlock(5);
    control.enter();
    control.enter();
    assert.equal(control.load(ACTIVE), 2);
    control.leave();
    assert.equal(new ControlBlock(5, control.buffer).load(ACTIVE), 1);
  });

  it('keeps the first failure, cut to what there is room for, and others go on', () => {
    const control = new ControlBlock(5);
    assert.isNull(control.failure());
    control.fail('');
    assert.equal(control.failure(), '');
    assert.equal(control.claim(), 0);
    const long = new ControlBlock(5);
    long.fail('é'.repeat(5000));
    long.fail('second');
    assert.equal(long.failure(), 'é'.repeat(1000));
  });

  it('waits no longer than it is told, and not where a thread must not block', () => {
    const control = new ControlBlock(5);
    const start = performance.now();
    control.wait(ACTIVE, 0, 30);
    assert.isAtLeast(performance.now() - start, 25);
    control.wait(ACTIVE, 1, 1e6);
    const {wait} = Atomics;
    Atomics.wait = (() => {
      throw new TypeError('Atomics.wait cannot be called in this context');
    }) as typeof wait;
    try {
      control.wait(ACTIVE, 0, 1e6);
    } finally {
      Atomics.wait = wait;
    }
  });
});
