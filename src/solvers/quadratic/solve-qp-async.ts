/** @file Solves a large batch of quadratic programs without blocking the page or the server that it runs in. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, renamed} from '../../checks/index.js';
import {flatten, isTapeOn, unflatten} from '../../autodiff/index.js';
import {checkOnFailure} from '../../implicit/index.js';
import {reportQPFailures} from './parts/qp-report.js';
import {nextTask} from './parts/next-task.js';
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
const PART = 8;

/** A part has at most this many times the samples of the one before, because times vary. */
const GROWTH = 2;

type Tensors = Record<string, tf.Tensor>;

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
        solveQP(sliced(data, done, count) as never, {
          ...rest,
          onFailure: 'ignore',
          initial: guess && (sliced(guess, done, count) as never),
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
      reportQPFailures(where, data as never, result as unknown as QPState, onFailure);
    } catch (error) {
      tf.dispose(result);
      throw error;
    }
    if (batched) return result;
    const single = tf.tidy(() => withoutBatchAxis(result));
    tf.dispose(result);
    return single;
  } finally {
    tf.dispose([parts, data, guess ?? {}] as unknown as tf.TensorContainer);
  }
}

/** Tensors of our own with the values of the input, each with the batch or 1 as axis 0. */
function heldInput(problem: QPInput, initial: SolveQPOptions['initial'] | null) {
  const own = (tensors: object) =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor as tf.Tensor)]),
    );
  let batched!: boolean;
  const held = tf.tidy(() => {
    const input = normalize(problem, 'solveQPAsync');
    ({batched} = input);
    const names = ['x', 'ineqDual', 'eqDual', 'slack'] as const;
    const guess =
      initial &&
      Object.fromEntries(
        names.map((name) => [name, batched ? initial[name] : tf.expandDims(initial[name], 0)]),
      );
    // Without inequalities or equalities there is nothing to give on.
    const present = Object.entries(input.data).filter(([, tensor]) => (tensor as tf.Tensor).size > 0);
    return {
      data: own(Object.fromEntries(present)),
      guess: guess ? own(guess) : {},
    } as unknown as tf.TensorContainerObject;
  }) as unknown as {data: Tensors; guess: Tensors};
  return {data: held.data, guess: initial ? held.guess : null, batched};
}

/** Some samples; shared tensors as they are. */
function sliced(tensors: Tensors, from: number, count: number): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      tensor.shape[0] === 1 ? tensor : tf.slice(tensor, from, count),
    ]),
  );
}

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
