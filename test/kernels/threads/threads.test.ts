/** @file Worker threads: the same numbers as without them, errors instead of hangs, nothing left running. */
import {execFileSync} from 'node:child_process';
import {assert} from 'chai';
import * as tf from '@tensorflow/tfjs-core';
import {setThreads, solveQP, solvers, sparseMatrix} from '../../../src/index.js';
import type {BatchKernel} from '../../../src/kernels/contracts/batch-kernel.js';
import {shareWork} from '../../../src/kernels/threads/pool.js';
import {describeBackends} from '../../helpers/backends.js';
import {bundled} from '../../helpers/bundled.js';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A kernel that the workers know by the name of another one, which cannot read this job. */
const impostor: BatchKernel<'out'> = {
  name: 'ImplicitQP',
  start: () => () => {
    // Time for the worker to take a sample, too.
    const end = performance.now() + 5;
    while (performance.now() < end);
  },
};

/** Lets the impostor run until a worker takes part, which needs time to start. @returns What is printed about it. */
async function failureInWorker(): Promise<string> {
  const {warn} = console;
  let said = '';
  console.warn = (text: string) => (said = text);
  try {
    const end = performance.now() + 180_000;
    while (said === '' && performance.now() < end) {
      shareWork(impostor, {arrays: {out: new Float32Array(8)}, parameters: {}}, ['out'], 8, 1e9);
      await pause(50);
    }
  } finally {
    console.warn = warn;
  }
  return said;
}

describeBackends('worker threads', () => {
  afterEach(() => setThreads(null));

  it('solve a mixed batch to the same bits as one thread', async () => {
    const [batch, n, m] = [32, 24, 30];
    const Q = tf.tidy(() => {
      const L = tf.randomNormal([batch, n, n], 0, 1, 'float32', 1) as tf.Tensor3D;
      return tf.add(tf.matMul(L, L, false, true), tf.eye(n)) as tf.Tensor3D;
    });
    const G = tf.randomNormal([batch, m, n], 0, 1, 'float32', 2);
    const h = tf.tidy(() => {
      const values = tf.randomUniform([batch, m], 0.1, 1, 'float32', 3).arraySync() as number[][];
      values[5][0] = NaN;
      return tf.tensor2d(values);
    });
    const p = tf.randomNormal([batch, n], 0, 1, 'float32', 4);
    const run = () =>
      tf.tidy(() => {
        const f = (q: tf.Tensor) => tf.sum(solveQP({Q, p: q, G, h}, {onFailure: 'ignore'}).x);
        const {status, x} = solveQP({Q, p, G, h}, {onFailure: 'ignore'});
        return [x, status, tf.grad(f)(p)].map((tensor) => Array.from(tensor.dataSync()));
      });
    setThreads(1);
    const alone = run();
    assert.equal(alone[1][5], 5);
    setThreads(2);
    await failureInWorker();
    assert.deepEqual(run(), alone);
    tf.dispose([Q, G, h, p]);
  });

  it('solve a batch of sparse problems to the same bits as one thread, one pattern after another', async () => {
    const [batch, n] = [24, 150];
    const range = (count: number) => Array.from({length: count}, (_, i) => i);
    const problems = [1, 7].map((step) => {
      const rows = [...range(n), ...range(n - step), ...range(n - step)];
      const columns = [...range(n), ...range(n - step).map((i) => i + step), ...range(n - step)];
      const G = sparseMatrix({
        ...{shape: [n, n], rows, columns},
        values: tf.randomUniform([batch, rows.length], 0.5, 1, 'float32', step),
      });
      const Q = sparseMatrix({shape: [n, n], rows: range(n), columns: range(n), values: range(n).map((i) => 1 + (i % 3))}); // prettier-ignore
      return {Q, p: tf.randomNormal([batch, n], 0, 1, 'float32', 3), G, h: tf.fill([n], 0.1)};
    });
    const bounded = {...problems[0], h: tf.fill([batch, n], 0.1), lower: tf.fill([n], -0.2)};
    const run = () =>
      [...problems, bounded].map((problem) =>
        tf.tidy(() => {
          const {x, ineqDual, status} = solveQP(problem, {onFailure: 'ignore'});
          return [x, ineqDual, status].map((tensor) => Array.from(tensor.dataSync()));
        }),
      );
    setThreads(1);
    const alone = run();
    assert.deepEqual(alone[0][2], range(batch).map(() => 0)); // prettier-ignore
    setThreads(2);
    await failureInWorker();
    // From here on, a failure is told again.
    setThreads(2);
    const {warn} = console;
    const said: string[] = [];
    console.warn = (text: string) => void said.push(text);
    try {
      assert.deepEqual(run(), alone);
      assert.deepEqual(run(), alone);
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(said, []);
    tf.dispose(problems.map((problem) => [problem.p, problem.h, problem.G.values as tf.Tensor]));
    tf.dispose([bounded.h, bounded.lower]);
  });

  it('find sparse codes to the same bits as one thread', async () => {
    const D = tf.randomNormal([32, 64], 0, 0.3, 'float32', 5);
    const x = tf.randomNormal([64, 32], 0, 1, 'float32', 6);
    const init = tf.zeros([64, 64]);
    const run = () =>
      tf.tidy(() => {
        const {x: codes, state} = new solvers.SparseCoding().run(init, {l1: 0.1, l2: 0}, D, x);
        return [codes, state.iterations].map((tensor) => Array.from(tensor.dataSync()));
      });
    setThreads(1);
    const alone = run();
    setThreads(2);
    await failureInWorker();
    assert.deepEqual(run(), alone);
    tf.dispose([D, x, init]);
  });
});

describe('setThreads', () => {
  afterEach(() => setThreads(null));

  it('refuses what is no positive integer', () => {
    for (const n of [0, -1, 1.5, NaN]) assert.throws(() => setThreads(n), /positive integer/);
  });

  it('a failure in a worker is said with its message, and the pool goes on', async () => {
    setThreads(2);
    assert.match(await failureInWorker(), /a worker thread failed/);
  });

  it('a process with a live pool ends by itself', () => {
    const script = `
      import * as tf from '@tensorflow/tfjs';
      import {setThreads, solveQP} from './src/index.js';
      setThreads(2);
      const n = 40;
      const problem = {Q: tf.eye(n), p: tf.randomNormal([64, n]), G: tf.randomNormal([n, n]), h: tf.ones([n])};
      for (let i = 0; i < 3; i++) { solveQP(problem); await new Promise((done) => setTimeout(done, 400)); }
      console.log('done');`;
    const output = execFileSync('node', [bundled('live-pool', script)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 120_000,
    });
    assert.include(output, 'done');
  });
});
