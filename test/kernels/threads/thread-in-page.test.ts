/** @file What a worker thread does in a page: it answers a greeting, and works along at jobs. */
import {assert} from 'chai';
import {CODE_OUTPUTS} from '../../../src/kernels/algorithms/coding/code-batch.js';
import {ACTIVE, ControlBlock} from '../../../src/kernels/threads/control.js';
import {AT_WORK, greeting, PROTOCOL, READY, STARTING} from '../../../src/kernels/threads/greeting.js';
import type {SharedJob} from '../../../src/kernels/threads/job.js';

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('a worker of a page', () => {
  const scope = globalThis as unknown as {
    onmessage?: (event: {data: unknown}) => void;
    postMessage?: (message: unknown) => void;
  };
  const original = {onmessage: scope.onmessage, postMessage: scope.postMessage};
  let hear!: (data: unknown) => void;
  let said: unknown[] = [];

  before(async () => {
    await import('../../../src/kernels/threads/tfjs-implicit-worker.js');
    const {onmessage} = scope;
    hear = (data) => onmessage!({data});
    Object.assign(scope, {
      onmessage: original.onmessage,
      postMessage: (message: unknown) => said.push(message),
    });
  });

  beforeEach(() => (said = []));

  after(() => Object.assign(scope, original));

  /** min ½(z − c)² + l1|z| for each of three samples. */
  function jobOf(kernel: string) {
    const values: Record<string, Float64Array | Int32Array> = {
      ...{
        gram: Float64Array.of(1),
        correlation: Float64Array.of(3, -0.5, -2),
        size: Float64Array.of(3, 0.5, 2),
      },
      ...{start: new Float64Array(3), l1: Float64Array.of(1), l2: Float64Array.of(0), z: new Float64Array(3)},
      ...{status: new Int32Array(3).fill(9), iterations: new Int32Array(3), residual: new Float64Array(3)},
    };
    const memory = new SharedArrayBuffer(16 * 8 * Object.keys(values).length);
    const control = new ControlBlock(3);
    const arrays: SharedJob['arrays'] = {};
    Object.entries(values).forEach(([name, array], i) => {
      const type = array instanceof Int32Array ? 'Int32Array' : 'Float64Array';
      arrays[name] = {type, offset: 128 * i, length: array.length};
      new (array.constructor as Float64ArrayConstructor)(
        memory as unknown as ArrayBuffer,
        128 * i,
        array.length,
      ).set(array);
    });
    const parameters = {n: 1, tolerance: 1e-6, maxIterations: 50, nonNegative: 0};
    const job: SharedJob = {kernel, memory, control: control.buffer, batch: 3, parameters, arrays};
    const [z, status] = [arrays.z, arrays.status].map(({offset}) => offset);
    assert.includeMembers(Object.keys(arrays), [...CODE_OUTPUTS]);
    return {
      ...{job, control},
      z: new Float64Array(memory as unknown as ArrayBuffer, z, 3),
      status: new Int32Array(memory as unknown as ArrayBuffer, status, 3),
    };
  }

  it('answers a greeting by its state alone, and one of another version by what it is', () => {
    const foreign = {...greeting(), protocol: 'tfjs-implicit 0.0.0'};
    hear(foreign);
    assert.equal(Atomics.load(foreign.state, 0), STARTING);
    assert.deepEqual(said, [PROTOCOL]);
    const own = greeting();
    hear(own);
    assert.equal(Atomics.load(own.state, 0), READY);
    assert.lengthOf(said, 1);
  });

  it('works only when it holds the lock of its greeting, and says so; where there are no locks, without', async () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    let decide!: (isHeld: boolean) => void;
    let held: Promise<unknown> = Promise.resolve();
    const request = async (_name: string, grant: () => Promise<unknown>) => {
      if (!(await new Promise<boolean>((resolve) => (decide = resolve)))) throw new Error('no locks here');
      return (held = grant());
    };
    Object.defineProperty(globalThis, 'navigator', {value: {locks: {request}}, configurable: true});
    try {
      for (const hasLocks of [true, false]) {
        said = [];
        const own = {...greeting(), lock: 'a lock'};
        hear(own);
        const {job, control} = jobOf('ImplicitSparseCode');
        hear(job);
        await pause();
        assert.equal(Atomics.load(own.state, 0), STARTING);
        assert.isFalse(control.isDone(0));
        decide(hasLocks);
        await pause();
        assert.deepEqual(said, hasLocks ? ['a lock'] : []);
        assert.equal(Atomics.load(own.state, 0), READY);
        assert.isTrue(control.isDone(2));
        const next = jobOf('ImplicitSparseCode');
        hear(next.job);
        assert.isTrue(next.control.isDone(2));
      }
      // It is never given back.
      assert.equal(await Promise.race([held, pause().then(() => 'still held')]), 'still held');
    } finally {
      if (descriptor) Object.defineProperty(globalThis, 'navigator', descriptor);
      else delete (globalThis as {navigator?: unknown}).navigator;
    }
  });

  it('works along at a job, is at work meanwhile, and says what went wrong', () => {
    const own = greeting();
    hear(own);
    const {job, control, z, status} = jobOf('ImplicitSparseCode');
    const states: [own: number, active: number][] = [];
    const {store} = Atomics;
    Atomics.store = ((words: Int32Array, at: number, value: number) => {
      // What is seen when a sample is done.
      if (words.buffer === job.control) states.push([Atomics.load(own.state, 0), control.load(ACTIVE)]);
      return store(words, at, value);
    }) as typeof store;
    try {
      hear(job);
    } finally {
      Atomics.store = store;
    }
    assert.deepEqual(states, [[AT_WORK, 1], [AT_WORK, 1], [AT_WORK, 1]]); // prettier-ignore
    assert.deepEqual(Array.from(z), [2, 0, -1]);
    assert.deepEqual(Array.from(status), [0, 0, 0]);
    assert.deepEqual([Atomics.load(own.state, 0), control.load(ACTIVE)], [READY, 0]);
    assert.isNull(control.failure());
    assert.deepEqual([0, 1, 2].map((sample) => control.isDone(sample)), [true, true, true]); // prettier-ignore

    const broken = jobOf('no kernel of ours');
    hear(broken.job);
    assert.match(broken.control.failure()!, /undefined/);
    assert.deepEqual([Atomics.load(own.state, 0), broken.control.load(ACTIVE)], [READY, 0]);
    assert.isEmpty(said);
  });
});
