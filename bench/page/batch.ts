/** @file What is measured inside a page: large batches of quadratic programs beside a timer. `main.ts` opens it. */
import * as tf from '@tensorflow/tfjs';
import {setWasmPaths} from '@tensorflow/tfjs-backend-wasm';
import {setThreads, solveQP, solveQPAsync, type QPResult} from '../../src/index.js';
import {makeProblem, type Problem, type Setup} from '../problems.js';
import {latenessDuring} from './lateness.js';

/** Milliseconds, and counts. */
export interface BatchTimes {
  /** The blocking call and `solveQPAsync`, one pair a round. */
  blocking: number[];
  async: number[];
  /** By how much a timer of 5 ms was late at most: while nothing else ran, and during each solve. */
  idle: number;
  late: number[];
  /** From `abort()` to the rejection. */
  aborts: number[];
  /** How often `onProgress` was called in a solve. */
  parts: number[];
  /** Samples with status 0, in each solve. */
  solved: number[];
  /** Tensors that were left behind. */
  left: number;
}

const now = () => performance.now();

async function solvedIn({status}: QPResult): Promise<number> {
  return (await status.data()).filter((code) => code === 0).length;
}

/** One call without the waiting room: what `solveQPAsync` is compared with. */
async function blocking(problem: Problem): Promise<{took: number; solved: number}> {
  const start = now();
  const result = solveQP(problem, {onFailure: 'ignore'});
  await result.status.data();
  const took = now() - start;
  const solved = await solvedIn(result);
  tf.dispose(result);
  return {took, solved};
}

async function measureBatch(setup: Setup, rounds: number): Promise<BatchTimes> {
  const problem = makeProblem(setup);
  const before = tf.memory().numTensors;
  const times: BatchTimes = {
    ...{blocking: [], async: [], late: [], aborts: [], parts: [], solved: []},
    ...{idle: 0, left: 0},
  };
  times.idle = (await latenessDuring(() => new Promise((resolve) => setTimeout(resolve, 1000)))).late;
  for (let round = 0; round < rounds; round++) {
    const {took, solved} = await blocking(problem);
    times.blocking.push(took);
    let parts = 0;
    const {late, value} = await latenessDuring(async () => {
      const start = now();
      const result = await solveQPAsync(problem, {onFailure: 'ignore', onProgress: () => parts++});
      return {result, took: now() - start};
    });
    times.async.push(value.took);
    times.late.push(late);
    times.parts.push(parts);
    times.solved.push(solved, await solvedIn(value.result));
    tf.dispose(value.result);
    times.aborts.push(await timeToAbort(problem, (value.took * (round + 1)) / (rounds + 1)));
  }
  times.left = tf.memory().numTensors - before;
  tf.dispose(problem);
  return times;
}

/** Milliseconds from an `abort()` after `wait` milliseconds to the rejection. */
async function timeToAbort(problem: Problem, wait: number): Promise<number> {
  const controller = new AbortController();
  let aborted = 0;
  setTimeout(() => {
    aborted = now();
    controller.abort();
  }, wait);
  try {
    tf.dispose(await solveQPAsync(problem, {onFailure: 'ignore', signal: controller.signal}));
  } catch (error) {
    if ((error as Error).name === 'AbortError') return now() - aborted;
    throw error;
  }
  throw new Error('The solve ended before it was told to stop.');
}

/** Starts a backend. */
async function start(backend: string, threads: number | null): Promise<void> {
  setWasmPaths('wasm/');
  if (!(await tf.setBackend(backend))) throw new Error(`The backend '${backend}' is not available.`);
  setThreads(threads);
}

Object.assign(window, {start, measureBatch});
Object.assign(window, {
  makeProblem,
  warm: async () => {
    const p = (window as any).problem;
    for (let i = 0; i < 2; i++) {
      const a = await solveQPAsync(p, {onFailure: 'ignore'});
      tf.dispose(a as any);
    }
  },
  asyncOnce: async () => {
    const p = (window as any).problem;
    const start = performance.now();
    const a = await solveQPAsync(p, {onFailure: 'ignore'});
    performance.measure('async', {start});
    tf.dispose(a as any);
  },
});
