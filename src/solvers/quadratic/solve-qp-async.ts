/** @file Solves a large batch of quadratic programs without blocking the page or the server that it runs in. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed} from '../../checks/index.js';
import {SuspendedScope} from '../../autodiff/index.js';
import {checkOnFailure} from '../../implicit/index.js';
import {hostShouldRead, nextTask, piecesOf, TensorInPieces} from '../../kernels/index.js';
import {checkAsync, throwIfAborted, type AsyncOptions} from '../iteration/in-slices.js';
import {held, withoutBatchAxis} from '../iteration/samples.js';
import type {SolveProgress} from '../iteration/steps.js';
import {withBoundDuals} from './parts/bounds.js';
import {BothSolves} from './parts/both-solves.js';
import {solveElasticAsync} from './parts/elastic-async.js';
import {reportQPFailures} from './parts/qp-report.js';
import {sparseSolvingFor} from './parts/sparse-solving.js';
import {heldGuess, type BoundedGuess} from './implicit-qp.js';
import {normalize, type QPInput, type QPProblem} from './qp-input.js';
import {
  checkOnInfeasible,
  resultOf,
  SOLVE_QP,
  solverOf,
  withBatchAxis,
  type QPResult,
  type SolveQPOptions,
  type SparseSolving,
} from './solve-qp.js';

/** So many entries are looked at between two tasks. */
const PIECE = 2 ** 18;

/** The options of `solveQPAsync`: those of `solveQP`, and how to follow and to stop it. */
export interface SolveQPAsyncOptions extends SolveQPOptions {
  /** Stops the solve when it is aborted: the promise is rejected with an `AbortError`, and nothing is left behind. */
  signal?: AbortSignal | null | undefined;
  /** Called about every 10 ms. */
  onProgress?: ((progress: SolveProgress) => void) | null | undefined;
}

/**
 * `solveQP` in slices of about 8 ms, between which the event loop goes on. Without a gradient.
 *
 *     const controller = new AbortController();
 *     const {x} = await solveQPAsync(problem, {signal: controller.signal, onProgress: ({done, total}) => show(done / total)});
 *
 * The tensors of the problem are read when it is called: they may be disposed of right after. The worker threads that `setThreads` allows
 * help. A single sample is never divided: one that takes long is left to them, where there are some.
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
    onInfeasible = 'zero',
    solver: chosen,
    ...rest
  } = checkOptions(where, given, [...SOLVE_QP, 'signal', 'onProgress']);
  checkAsync(where, {signal, onProgress});
  checkOnFailure(where, onFailure);
  checkOnInfeasible(where, onInfeasible);
  const sparse = sparseSolvingFor<SparseSolving>(problem, where);
  if (sparse) {
    const forSolve = {...rest, initial, onFailure, onInfeasible, ...(chosen && {solver: chosen})};
    return sparse.solveAsync(problem, forSolve, {signal, onProgress});
  }
  const solver = solverOf(chosen, {...rest, onFailure});
  const inputs = new SuspendedScope();
  const outputs = new SuspendedScope();
  let result: QPResult | null = null;
  try {
    const {data, guess, batched} = inputs.run(() => {
      const {data: whole, batched: hasBatch} = normalize(problem, where);
      const lifted = initial && (hasBatch ? initial : withBatchAxis(initial));
      return {data: held(whole), guess: lifted ? heldGuess(lifted as BoundedGuess) : null, batched: hasBatch};
    });
    const isClosest = onInfeasible === 'closest';
    const both = isClosest && onProgress ? new BothSolves(onProgress) : null;
    const follow = {signal, onProgress: both ? both.first : onProgress};
    const {x, state} = outputs.adopt(await solver.runAsync(guess, data, follow));
    const found = outputs.run(() => withBoundDuals(x));
    const solution = isClosest
      ? outputs.adopt(await solveElasticAsync(where, solver, data, found, state.status, signal, both))
      : found;
    const weaklyActive = outputs.adopt(await weakIn(state.activity, where, signal));
    const whole = resultOf(solution, state, weaklyActive);
    result = outputs.run(() => {
      reportQPFailures(where, data, state, onFailure);
      return batched ? whole : withoutBatchAxis(whole);
    });
    return result;
  } catch (error) {
    throwIfAborted(where, signal);
    throw error;
  } finally {
    inputs.close();
    outputs.close(result);
  }
}

/** Whether each state is 2, as `solveQP` gives it, in slices: the caller disposes of it. */
async function weakIn(
  activity: tf.Tensor,
  where: string,
  signal: AsyncOptions['signal'],
): Promise<tf.Tensor> {
  const scope = new SuspendedScope();
  let result: tf.Tensor | null = null;
  try {
    if (!hostShouldRead()) return (result = scope.run(() => tf.equal(activity, 2)));
    const weak = scope.run(() => new TensorInPieces(activity.shape as number[], 'bool'));
    const pieces = piecesOf(activity);
    for (let from = 0; from < activity.size; from += PIECE) {
      if (from > 0) await nextTask();
      throwIfAborted(where, signal);
      const states = pieces(from, Math.min(from + PIECE, activity.size));
      const values = new Uint8Array(states.length);
      for (let i = 0; i < states.length; i++) if (states[i] === 2) values[i] = 1;
      weak.write(from, values);
    }
    result = scope.run(() => weak.tensor());
    return result;
  } finally {
    scope.close(result);
  }
}
