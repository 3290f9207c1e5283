/** @file A large batch of independent problems, solved in rounds, each of which runs in slices. */
import {nextTask} from '../../kernels/index.js';
import {checkAsync, throwIfAborted, type AsyncOptions} from './in-slices.js';
import {joined} from './in-parts.js';
import type {SolveProgress} from './steps.js';

/**
 * A round should take this long, in ms: long enough for threads to share it, and short enough that what is done at its ends (copies) takes
 * a few milliseconds.
 */
const ROUND = 60;

/** A round has at most this many times the samples of the one before, because times vary. */
const GROWTH = 4;

/**
 * The results of all rounds as one; the batch axis is first.
 *
 * @param solve Solves some samples.
 * @param dispose Frees a result.
 */
export async function inRounds<R extends object>(
  where: string,
  total: number,
  solve: (from: number, count: number, options: AsyncOptions) => Promise<R>,
  options: AsyncOptions | undefined,
  dispose: (result: R | R[]) => void,
): Promise<R> {
  const {signal, onProgress} = checkAsync(where, options);
  const rounds: R[] = [];
  let [size, iteration, residual] = [1, 0, -Infinity];
  try {
    for (let from = 0; from < total || rounds.length === 0;) {
      const [before, count] = [from, Math.min(size, total - from)];
      const start = performance.now();
      const follow = (progress: SolveProgress) => {
        if (progress.done === progress.total) {
          iteration = Math.max(iteration, progress.iteration);
          if (!(progress.residual <= residual)) ({residual} = progress);
        }
        const known = residual === -Infinity ? Infinity : residual;
        onProgress?.({...progress, iteration, residual: known, done: before + progress.done, total});
      };
      rounds.push(await solve(from, count, {signal, onProgress: onProgress && follow}));
      from += count;
      const took = Math.max(performance.now() - start, 1e-3);
      size = Math.max(1, Math.floor(count * Math.min(GROWTH, ROUND / took)));
      if (from < total) await nextTask();
      throwIfAborted(where, signal);
    }
    return joined(rounds);
  } finally {
    dispose(rounds);
  }
}
