/** @file Solves a large batch of quadratic programs without blocking the page or the server that it runs in. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed} from '../../checks/index.js';
import {SuspendedScope} from '../../autodiff/index.js';
import {checkOnFailure} from '../../implicit/index.js';
import {hostShouldRead, type QPGuess} from '../../kernels/index.js';
import type {QuadraticData} from '../../conditions/index.js';
import {inRounds} from '../iteration/in-rounds.js';
import {checkAsync, throwIfAborted, type AsyncOptions} from '../iteration/in-slices.js';
import {held, takeSamples} from '../iteration/samples.js';
import type {SolveProgress} from '../iteration/steps.js';
import {areFeasible, elasticQP, withClosest} from './parts/elastic-qp.js';
import {reportQPFailures} from './parts/qp-report.js';
import {heldGuess, ImplicitQP, type QPState} from './implicit-qp.js';
import {InteriorPointQP} from './interior-point-qp.js';
import {normalize, type QPInput, type QPProblem} from './qp-input.js';
import {
  checkOnInfeasible,
  SOLVE_QP,
  solverOf,
  withBatchAxis,
  withoutBatchAxis,
  type QPResult,
  type SolveQPOptions,
} from './solve-qp.js';

/** The options of `solveQPAsync`: those of `solveQP`, and how to follow and to stop it. */
export interface SolveQPAsyncOptions extends SolveQPOptions {
  /** Stops the solve when it is aborted: the promise is rejected with an `AbortError`, and nothing is left behind. */
  signal?: AbortSignal | null | undefined;
  /** Called about every 10 ms. */
  onProgress?: ((progress: SolveProgress) => void) | null | undefined;
}

/**
 * `solveQP` in slices of about 10 ms, between which the event loop goes on. Without a gradient.
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
  const solver = solverOf(chosen, {...rest, onFailure});
  const inputs = new SuspendedScope();
  const outputs = new SuspendedScope();
  let result: QPResult | null = null;
  try {
    const {data, guess, batched} = inputs.run(() => {
      const {data: whole, batched: hasBatch} = normalize(problem, where);
      const lifted = initial && (hasBatch ? initial : withBatchAxis(initial));
      return {data: held(whole), guess: lifted ? heldGuess(lifted as QPGuess) : null, batched: hasBatch};
    });
    const total = data.p.shape[0];
    const solve = (from: number, count: number, following: AsyncOptions) => {
      const take = () => ({
        guess: guess && takeSamples(guess, from, count),
        data: takeSamples(data, from, count),
      });
      return solvePart(solver, take, following, onInfeasible === 'closest');
    };
    const follow = {signal, onProgress};
    // Another solver takes the whole batch, and pauses in between.
    const isLocal = solver instanceof InteriorPointQP && hostShouldRead();
    const dispose = (results: object) => tf.dispose(results as tf.TensorContainer);
    const found = isLocal
      ? await inRounds(where, total, solve, follow, dispose)
      : await solve(0, total, follow);
    outputs.adopt(found);
    result = outputs.run(() => {
      reportQPFailures(where, data, found as unknown as QPState, onFailure);
      return batched ? found : withoutBatchAxis(found);
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

/** The result for some samples, with a batch axis. */
async function solvePart(
  solver: ImplicitQP,
  take: () => {guess: QPGuess | null; data: QuadraticData},
  options: AsyncOptions,
  isClosest: boolean,
): Promise<QPResult> {
  const scope = new SuspendedScope();
  let result: QPResult | null = null;
  // That of the interior-point method would divide the samples again.
  const run = (init: QPGuess | null, data: QuadraticData) =>
    ImplicitQP.prototype.runAsync.call(solver, init, data, options);
  try {
    const {guess, data} = scope.run(take);
    const {x: found, state} = scope.adopt(await run(guess, data));
    let solution = found;
    if (isClosest && !areFeasible(await state.status.data())) {
      const elastic = scope.adopt(
        await run(
          null,
          scope.run(() => elasticQP(data)),
        ),
      );
      solution = scope.run(() => withClosest(found, state.status, elastic.x));
    }
    result = scope.run(() => {
      const {activity, ...known} = state;
      return {...solution, ...known, weaklyActive: tf.equal(activity, 2)};
    });
    return result;
  } finally {
    scope.close(result);
  }
}
