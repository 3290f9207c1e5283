/** @file Solves a large batch of quadratic programs without blocking the page or the server that it runs in. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, renamed} from '../../checks/index.js';
import {flatten, isTapeOn, unflatten} from '../../autodiff/index.js';
import {checkOnFailure} from '../../implicit/index.js';
import {reportQPFailures} from './parts/qp-report.js';
import {hostCanRead, nextTask} from '../../kernels/index.js';
import type {QuadraticData} from '../../conditions/index.js';
import type {QPState} from './implicit-qp.js';
import {normalize, type QPInput, type QPProblem} from './qp-input.js';
import {SOLVE_QP, solveQP, withoutBatchAxis, type QPResult, type SolveQPOptions} from './solve-qp.js';

/** The options of `solveQPAsync`: those of `solveQP`, and how to follow and to stop it. */
export interface SolveQPAsyncOptions extends SolveQPOptions {
  /** Stops the solve when it is aborted: the promise is rejected with an `AbortError`, and nothing is left behind. */
  signal?: AbortSignal | null | undefined;
  /** Called after each part of the batch. */
  onProgress?: ((progress: QPProgress) => void) | null | undefined;
}

/** How far a solve is. */
export interface QPProgress {
  /** The number of samples that are done. */
  done: number;
  /** The number of all samples. */
  total: number;
}

/** A part of the batch should take this long, in ms: short enough for a frame of a page. */
const PART = 10;

/** A part has at most this many times the samples of the one before, because times vary. */
const GROWTH = 4;

/** Some samples of an input; a shared one as it is. */
interface Samples {
  shape: number[];
  take(from: number, count: number): tf.Tensor;
  dispose(): void;
}
type Input = Record<string, Samples>;

/**
 * `solveQP` in parts of a few milliseconds, between which the event loop goes on. Without a gradient.
 *
 *     const controller = new AbortController();
 *     const {x} = await solveQPAsync(problem, {signal: controller.signal, onProgress: ({done, total}) => show(done / total)});
 *
 * The tensors of the problem are read when it is called: they may be disposed of right after. A single sample is never divided, and is
 * solved with the worker threads that `setThreads` allows, as in `solveQP`.
 *
 * @param problem As for `solveQP`: p is [B, n]; the others are shared, or have a batch axis, too.
 * @returns The result of `solveQP`, of the same shapes; the caller disposes of its tensors.
 * @throws (rejects) As `solveQP`; if a gradient is being recorded; with an `AbortError` if the signal is aborted; or what `onProgress` throws.
 */
export async function solveQPAsync<T extends QPInput>(
  problem: QPProblem<T>,
  options: SolveQPAsyncOptions = {},
): Promise<QPResult> {
  const where = 'solveQPAsync';
  const given = renamed(where, options, {warmStart: 'initial'});
  const {
    signal,
    onProgress,
    initial,
    onFailure = 'warn',
    ...rest
  } = checkOptions(where, given, [...SOLVE_QP, 'signal', 'onProgress']);
  if (onProgress != null) checkFunction(where, 'onProgress', onProgress);
  checkOnFailure(where, onFailure);
  if (isTapeOn()) throw new Error(`${where} has no gradient, but one is being recorded. Use solveQP there.`);
  throwIfAborted(signal);
  const {data, guess, batched} = heldInput(problem, initial ?? null);
  const total = data.p.shape[0];
  const parts: QPResult[] = [];
  try {
    let size = 1;
    for (let done = 0; done < total;) {
      const count = Math.min(size, total - done);
      const start = performance.now();
      const part = tf.tidy(() =>
        solveQP(taken(data, done, count) as never, {
          ...rest,
          onFailure: 'ignore',
          initial: guess && (taken(guess, done, count) as never),
        }),
      );
      parts.push(part);
      // On a device, this is when it is done.
      await part.status.data();
      const took = Math.max(performance.now() - start, 1e-3);
      done += count;
      size = Math.max(1, Math.floor(count * Math.min(GROWTH, PART / took)));
      onProgress?.({done, total});
      if (done < total) await nextTask();
      throwIfAborted(signal);
    }
    const result = joined(parts);
    try {
      const all = () => taken(data, 0, total) as unknown as QuadraticData;
      tf.tidy(() => reportQPFailures(where, all, result as unknown as QPState, onFailure));
    } catch (error) {
      tf.dispose(result);
      throw error;
    }
    if (batched) return result;
    const single = tf.tidy(() => withoutBatchAxis(result));
    tf.dispose(result);
    return single;
  } finally {
    tf.dispose(parts as unknown as tf.TensorContainer);
    for (const samples of [data, guess ?? {}].flatMap((input) => Object.values(input))) samples.dispose();
  }
}

/** The samples of the input, independent of its tensors. */
function heldInput(
  problem: QPInput,
  initial: SolveQPOptions['initial'] | null,
): {data: Input; guess: Input | null; batched: boolean} {
  return unkept(() => {
    const {data, batched} = normalize(problem, 'solveQPAsync');
    // Without inequalities or equalities there is nothing to give on.
    const present = Object.entries(data as Record<string, tf.Tensor>).filter(([, {size}]) => size > 0);
    const names = ['x', 'ineqDual', 'eqDual', 'slack'] as const;
    const lifted = (tensor: tf.Tensor) => (batched ? tensor : (tf.expandDims(tensor, 0) as tf.Tensor));
    const guess = initial && names.map((name) => [name, lifted(initial[name])] as const);
    const held = (entries: readonly (readonly [string, tf.Tensor])[]): Input =>
      Object.fromEntries(entries.map(([name, tensor]) => [name, samplesOf(tensor)]));
    return {data: held(present), guess: guess ? held(guess) : null, batched};
  });
}

/** The result of f, which holds no tensor that f made. */
function unkept<T>(f: () => T): T {
  let result!: T;
  tf.tidy(() => {
    result = f();
  });
  return result;
}

/** On the host from its values, because a slice of tfjs reads the whole tensor there. */
function samplesOf(tensor: tf.Tensor): Samples {
  const own = tf.keep(tf.clone(tensor));
  const {shape, dtype, dataId} = own;
  const rest = shape.slice(1);
  const size = tf.util.sizeFromShape(rest);
  const part = (from: number, count: number): tf.Tensor => {
    if (!hostCanRead()) return tf.slice(own, from, count);
    const [start, end] = [from * size, (from + count) * size];
    // Some backends read a part only; others have the whole at hand.
    const read = (tf.backend() as unknown as RangeReader).readSync(dataId, start, end);
    const values = read.length === end - start ? read : read.subarray(start, end);
    return tf.tensor(values, [count, ...rest], dtype);
  };
  return {
    shape,
    take: (from, count) => (shape[0] === 1 ? tf.clone(own) : part(from, count)),
    dispose: () => own.dispose(),
  };
}

/** A backend whose tensors the host can read. */
interface RangeReader {
  readSync(dataId: object, start: number, end: number): Float32Array;
}

const taken = (input: Input, from: number, count: number) =>
  Object.fromEntries(Object.entries(input).map(([name, samples]) => [name, samples.take(from, count)]));

function joined(parts: readonly QPResult[]): QPResult {
  return tf.tidy(() => {
    const leaves = parts.map((part) => flatten(part as never));
    const all = leaves[0].map((_, i) => tf.concat(leaves.map((own) => own[i])));
    return unflatten(parts[0] as never, all) as tf.TensorContainer;
  }) as unknown as QPResult;
}

function throwIfAborted(signal: AbortSignal | null | undefined): void {
  if (signal?.aborted) throw new DOMException('solveQPAsync was aborted.', 'AbortError');
}
