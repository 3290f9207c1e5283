/** @file A batch that is computed without blocking: workers that are killed, fail, or never answer lose nothing. */
import {assert} from 'chai';
import type {Worker} from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import {setThreads, solveQP, solveQPAsync, type QPResult} from '../../../src/index.js';
import {BatchRun} from '../../../src/kernels/threads/batch-run.js';
import type {BatchArray, BatchKernel} from '../../../src/kernels/contracts/batch-kernel.js';
import {ControlBlock} from '../../../src/kernels/threads/control.js';
import {AT_WORK, READY, type Greeting} from '../../../src/kernels/threads/greeting.js';
import {arraysOf, type SharedJob} from '../../../src/kernels/threads/job.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectNoLeak} from '../../helpers/expect.js';
import {numbersIn, problemOf} from '../../helpers/qp-batch.js';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Every worker that is started, by what Node gives. */
const started: Worker[] = [];

/** Runs `f` while the workers that start are recorded. */
async function recording(f: () => Promise<void>): Promise<void> {
  const getBuiltinModule = process.getBuiltinModule.bind(process);
  setThreads(1);
  started.length = 0;
  process.getBuiltinModule = ((name: string) => {
    const module = getBuiltinModule(name) as {Worker: typeof Worker};
    if (name !== 'node:worker_threads') return module;
    class Recorded extends module.Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        started.push(this);
      }
    }
    return {...module, Worker: Recorded};
  }) as typeof getBuiltinModule;
  try {
    await f();
  } finally {
    process.getBuiltinModule = getBuiltinModule;
    setThreads(null);
  }
}

/** Waits until workers have loaded their code: `solveQPAsync` lets them take part. */
async function warmUp(count: number): Promise<void> {
  setThreads(count + 1);
  const problem = problemOf(64, 20);
  const end = performance.now() + 180_000;
  for (let k = 0; k < 3 || started.length < count; k++) {
    assert.isBelow(performance.now(), end);
    tf.dispose((await solveQPAsync(problem as never)) as never);
    await pause(100);
  }
  tf.dispose(problem as never);
}

describeAnyBackend('solveQPAsync with worker threads', () => {
  it('leaves the caller responsive while two workers compute', () => {
    return recording(() =>
      expectNoLeak(async () => {
        await warmUp(2);
        const problem = problemOf(1500, 20);
        const expected = tf.tidy(() => solveQP(problem as never)) as QPResult;
        let turns = 0;
        const timer = setInterval(() => turns++, 5);
        const result = await solveQPAsync(problem as never);
        clearInterval(timer);
        assert.deepEqual(numbersIn(result), numbersIn(expected));
        // A call that blocks gives others no turn, however long it takes.
        assert.isAbove(turns, 1);
        tf.dispose([problem, result, expected] as never);
      }),
    );
  });

  it('a worker that is killed in the middle is noticed, and nothing is lost', () => {
    return recording(() =>
      expectNoLeak(async () => {
        await warmUp(2);
        // Each sample takes so long that the caller leaves it to the workers.
        const problem = problemOf(12, 120);
        const expected = tf.tidy(() => solveQP(problem as never)) as QPResult;
        for (let k = 0; k < 2; k++) {
          const before = started.length;
          const alive = started.slice(-2);
          let killed = 0;
          const onProgress = ({done}: {done: number}) => {
            if (done < 2 || killed > 0) return;
            killed = performance.now();
            for (const worker of alive) void worker.terminate();
          };
          const result = await solveQPAsync(problem as never, {onProgress});
          assert.isAbove(killed, 0);
          assert.deepEqual(numbersIn(result), numbersIn(expected));
          tf.dispose(result as never);
          // New workers take their places.
          await warmUp(2);
          assert.isAbove(started.length, before);
        }
        tf.dispose([problem, expected] as never);
      }),
    );
  });

  it('a worker that is killed does not hold up a synchronous call', () => {
    return recording(() =>
      expectNoLeak(async () => {
        await warmUp(1);
        const problem = problemOf(400, 30);
        const expected = tf.tidy(() => solveQP(problem as never)) as QPResult;
        // Its message has been posted, but its thread is ended at any time in between.
        void started.at(-1)!.terminate();
        const result = tf.tidy(() => solveQP(problem as never)) as QPResult;
        assert.deepEqual(numbersIn(result), numbersIn(expected));
        tf.dispose([problem, result, expected] as never);
      }),
    );
  });
});

/** Runs a batch to its end. */
async function finish(run: BatchRun<string>): Promise<void> {
  for (;;) {
    const left = run.work();
    if (left === 'nothing') return;
    await (left === 'workers' ? run.change() : pause(0));
  }
}

describe('a batch run', () => {
  afterEach(() => setThreads(null));
  const spin = (milliseconds: number) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  };
  /** The workers know another kernel by this name, which fails on this job. */
  const kernel = (cost: number): BatchKernel => ({
    name: 'ImplicitQP',
    start:
      (_dense, {arrays}) =>
      (sample) => {
        spin(cost);
        arrays.out[sample] = 1 + arrays.input[sample];
      },
  });
  /** The results, and the batch whose parts are copied to and fro. */
  const dataOf = (batch: number) => {
    const out = new Float32Array(batch);
    const column = {type: 'Float32Array', size: 1} as const;
    const columns = {
      input: {
        ...column,
        read: (from: number, into: BatchArray) => into.forEach((_, i) => (into[i] = 2 * (from + i))),
      },
      out: {...column, write: (from: number, values: BatchArray) => out.set(values, from)},
    };
    return {out, data: {columns, parameters: {}}};
  };
  const expected = (batch: number) => Array.from({length: batch}, (_, i) => 2 * i + 1);

  it('without workers it computes for a slice at a time', async () => {
    setThreads(1);
    const {out, data} = dataOf(40);
    const run = new BatchRun(kernel(2), data, 40, 1e9, 10);
    assert.equal(run.work(), 'work');
    assert.isAbove(run.done, 0);
    assert.isBelow(run.done, 40);
    await finish(run);
    assert.deepEqual(Array.from(out), expected(40));
  });

  it('workers that fail leave their samples to the caller', async () => {
    setThreads(3);
    const {warn} = console;
    let warnings = 0;
    console.warn = () => warnings++;
    try {
      for (const heavy of [false, true]) {
        // It is said once that one failed, after each `setThreads`.
        setThreads(3);
        warnings = 0;
        while (warnings === 0) {
          const {out, data} = dataOf(30);
          await finish(new BatchRun(kernel(3), data, 30, heavy ? 1e8 : 5e6, 10));
          assert.deepEqual(Array.from(out), expected(30));
          await pause(20);
        }
      }
    } finally {
      console.warn = warn;
    }
  });

  it('workers that are ended before they start leave everything to the caller at once', async () => {
    setThreads(1);
    setThreads(3);
    const {out, data} = dataOf(10);
    const run = new BatchRun(kernel(0), data, 10, 1e8, 10);
    assert.equal(run.work(), 'workers');
    setThreads(1);
    const now = performance.now.bind(performance);
    const still = performance.now();
    try {
      // By a clock that stands still no patience ends.
      performance.now = () => still;
      await finish(run);
    } finally {
      performance.now = now;
    }
    assert.deepEqual(Array.from(out), expected(10));
  });

  /** Runs `f` where what Node has to offer is this. */
  async function withModules(modules: Record<string, unknown>, f: () => unknown): Promise<void> {
    const getBuiltinModule = process.getBuiltinModule.bind(process);
    setThreads(1);
    process.getBuiltinModule = ((name: string) => modules[name]) as typeof getBuiltinModule;
    try {
      setThreads(3);
      await f();
    } finally {
      setThreads(1);
      process.getBuiltinModule = getBuiltinModule;
    }
  }

  it('what a worker has lost is the caller’s, also where another is alive', () => {
    /** The first takes a sample and ends with it, the others do all that there is. */
    class FakeWorker {
      static all: FakeWorker[] = [];
      readonly listeners: Record<string, () => void> = {};
      private hasTaken = false;
      constructor(
        _code: unknown,
        readonly options: {workerData: Greeting},
      ) {
        FakeWorker.all.push(this);
        Atomics.store(options.workerData.state, 0, READY);
      }
      on(event: string, listener: () => void): void {
        this.listeners[event] = listener;
      }
      postMessage(job: SharedJob): void {
        const control = new ControlBlock(job.batch, job.control);
        const {input, out} = arraysOf(job);
        if (this === FakeWorker.all[0]) {
          if (this.hasTaken) return;
          this.hasTaken = true;
          Atomics.store(this.options.workerData.state, 0, AT_WORK);
          control.enter();
          control.claim();
          return;
        }
        control.enter();
        for (let i = control.claim(); i >= 0; i = control.claim()) {
          out[i] = 1 + input[i];
          control.finish(i);
        }
        control.leave();
      }
      terminate(): void {}
      unref(): void {}
    }
    return withModules({'node:worker_threads': {Worker: FakeWorker}}, () => {
      const {out, data} = dataOf(5);
      // So heavy that the caller leaves what is free to the workers.
      const run = new BatchRun(kernel(1), data, 5, 1e8, 10);
      assert.equal(run.work(), 'workers');
      FakeWorker.all[0].listeners.exit();
      assert.equal(run.work(), 'work');
      assert.equal(run.work(), 'nothing');
      assert.deepEqual(Array.from(out), expected(5));
    });
  });

  it('where there is no shared memory, the caller computes alone, whatever setThreads was told', () => {
    const {SharedArrayBuffer: original} = globalThis;
    delete (globalThis as {SharedArrayBuffer?: unknown}).SharedArrayBuffer;
    return withModules({}, async () => {
      const {out, data} = dataOf(20);
      await finish(new BatchRun(kernel(1), data, 20, 5e6, 10));
      assert.deepEqual(Array.from(out), expected(20));
    }).finally(() => (globalThis.SharedArrayBuffer = original));
  });

  it('reads and writes chunk by chunk: each sample once, and what all share each time', async () => {
    setThreads(1);
    const [read, written]: [number, number][][] = [[], []];
    let copies = 0;
    const out = new Int32Array(600);
    const columns = {
      input: {
        ...{type: 'Float64Array', size: 2} as const, // prettier-ignore
        read: (from: number, into: BatchArray) => {
          read.push([from, into.length / 2]);
          into.forEach((_, i) => (into[i] = 2 * from + i));
        },
      },
      shift: {
        ...{type: 'Float32Array', size: 1, isShared: true} as const, // prettier-ignore
        read: (_from: number, into: BatchArray) => {
          assert.lengthOf(into, 1);
          copies++;
          into[0] = 7;
        },
      },
      none: {type: 'Float32Array', size: 0, read: () => assert.fail('it has no entries')} as const,
      out: {
        ...{type: 'Int32Array', size: 1} as const, // prettier-ignore
        write: (from: number, values: BatchArray) => {
          written.push([from, values.length]);
          out.set(values, from);
        },
      },
    };
    const sum: BatchKernel = {
      name: 'ImplicitQP',
      start:
        (_dense, {arrays, parameters}) =>
        (sample) => {
          spin(0.1);
          // A result is zero at first.
          arrays.out[sample] +=
            arrays.input[2 * sample] + arrays.input[2 * sample + 1] + arrays.shift[0] + parameters.more;
        },
    };
    const run = new BatchRun(sum, {columns, parameters: {more: 1}}, 600, 2e5, 10);
    await finish(run);
    assert.equal(run.done, 600);
    assert.deepEqual(
      Array.from(out),
      Array.from({length: 600}, (_, i) => 4 * i + 9),
    );
    assert.isAbove(read.length, 1);
    assert.equal(copies, read.length);
    for (const pieces of [read, written]) {
      let next = 0;
      for (const [from, count] of pieces) {
        assert.equal(from, next);
        next += count;
      }
      assert.equal(next, 600);
    }
  });

  it('a run that is closed takes no further samples', () => {
    setThreads(1);
    setThreads(2);
    const {data} = dataOf(100);
    const run = new BatchRun(kernel(2), data, 100, 5e6, 10);
    assert.equal(run.work(), 'work');
    const {done} = run;
    run.close();
    run.close();
    assert.isBelow(done, 100);
    assert.equal(run.done, done);
  });
});
