/** @file What is measured inside a page: large quadratic programs, batches of them while a timer runs. `main.ts` opens it. */
import * as tf from '@tensorflow/tfjs';
import {setWasmPaths} from '@tensorflow/tfjs-backend-wasm';
import {solveQP, solveQPAsync, type SolveProgress, type QPResult} from '../../src/index.js';
import {makeProblem, type Problem, type Setup} from '../problems.js';
import {latenessDuring} from './lateness.js';

/** Milliseconds, and counts. */
export interface BatchTimes {
  /** The blocking call and `solveQPAsync`, one pair a round. */
  blocking: number[];
  async: number[];
  /** By how much a timer of 5 ms was late, each time: while nothing else ran, and during the solves. */
  idle: number[];
  late: number[];
  /** From the moment at which it should be aborted to the rejection. */
  aborts: number[];
  /** How often `onProgress` was called in a solve. */
  parts: number[];
  /** Samples with status 0, in each solve. */
  solved: number[];
  /** Tensors that were left behind. */
  left: number;
}

/** Many inequalities of one problem. */
export interface RowsResult {
  status: number;
  /** The distance of x from the solution, which is known. */
  error: number;
  /** Tensors that were left behind. */
  left: number;
}

/** The name under which a trace shows a whole `solveQPAsync`. */
const MARK = 'solveQPAsync';

const now = () => performance.now();

/** Ends the task, so that the next one holds only what comes then. */
const pause = (milliseconds = 20) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

async function solvedIn({status}: QPResult): Promise<number> {
  return (await status.data()).filter((code) => code === 0).length;
}

/** One call that blocks: what `solveQPAsync` is compared with. */
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
    ...{idle: [], left: 0},
  };
  times.idle = (await latenessDuring(() => pause(1000))).late;
  for (let round = 0; round < rounds; round++) {
    const {took, solved} = await blocking(problem);
    times.blocking.push(took);
    let parts = 0;
    await pause();
    const {late, value} = await latenessDuring(async () => {
      const start = now();
      const result = await solveQPAsync(problem, {onFailure: 'ignore', onProgress: () => parts++});
      const took = now() - start;
      performance.measure(MARK, {start});
      return {result, took};
    });
    await pause();
    times.async.push(value.took);
    times.late.push(...late);
    times.parts.push(parts);
    times.solved.push(solved, await solvedIn(value.result));
    tf.dispose(value.result);
    times.aborts.push(await timeToAbort(problem, (round + 1) / (rounds + 2)));
  }
  times.left = tf.memory().numTensors - before;
  tf.dispose(problem);
  return times;
}

/** Milliseconds from the moment at which a timer should abort the solve, after that share of it, to the rejection. */
async function timeToAbort(problem: Problem, share: number): Promise<number> {
  const controller = new AbortController();
  const {signal} = controller;
  let due = 0;
  const onProgress = ({done, total}: SolveProgress) => {
    if (due > 0 || done < share * total) return;
    due = now() + 5;
    setTimeout(() => controller.abort(), 5);
  };
  try {
    tf.dispose(await solveQPAsync(problem, {onFailure: 'ignore', signal, onProgress}));
  } catch (error) {
    if ((error as Error).name === 'AbortError') return now() - due;
    throw error;
  }
  throw new Error('The solve ended before it was told to stop.');
}

/** Projects a point onto a polygon of so many sides around the unit circle, and computes a gradient. */
async function measureRows(rows: number): Promise<RowsResult> {
  const before = tf.memory().numTensors;
  const angles = Array.from({length: rows}, (_, i) => (2 * Math.PI * i) / rows);
  const G = tf.tensor2d(
    angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]),
    [rows, 2],
  );
  const p = tf.tensor1d([-3, 0]);
  let status!: tf.Tensor;
  const {value, grad} = tf.valueAndGrad((cost: tf.Tensor) => {
    const result = solveQP({Q: tf.eye(2), p: cost, G, h: tf.ones([rows])}, {onFailure: 'ignore'});
    status = tf.keep(tf.clone(result.status));
    return tf.norm(tf.sub(result.x, [1, 0]));
  })(p);
  const [[code], [error]] = [await status.data(), await value.data()];
  tf.dispose([G, p, status, value, grad]);
  return {status: code, error, left: tf.memory().numTensors - before};
}

/** Starts a backend. */
async function start(backend: string): Promise<void> {
  setWasmPaths('wasm/');
  if (!(await tf.setBackend(backend))) throw new Error(`The backend '${backend}' is not available.`);
}

Object.assign(window, {start, measureBatch, measureRows});
