/** @file Runs a solve in slices of a few milliseconds, between which the event loop goes on. */
import {checkFunction, checkOptions, see, type Names} from '../../checks/index.js';
import {forwardMode, isTapeOn, observed, SuspendedScope} from '../../autodiff/index.js';
import {hostShouldRead, nextTask} from '../../kernels/index.js';
import type {SolveProgress, Steps} from './steps.js';

/** How to follow and to stop a solve that runs in slices. */
export interface AsyncOptions {
  /** Stops the solve when it is aborted: the promise is rejected with an `AbortError`, and nothing is left behind. */
  signal?: AbortSignal | null | undefined;
  /** Called after each slice of about 8 ms. */
  onProgress?: ((progress: SolveProgress) => void) | null | undefined;
}

const NAMES: Names<AsyncOptions> = {signal: 0, onProgress: 0};

/** A slice should take this long, in ms: short enough for a frame of a page, together with the copies that some need. */
export const SLICE = 8;

/** A slice has at most this many times the steps of the one before, because times vary. */
const GROWTH = 4;

/**
 * The result of a solve, of which the caller disposes.
 *
 * @param where The name of the method, for messages.
 * @param begin Makes the solve from inputs of its own; it is called at once.
 * @throws (rejects) What the solve throws, or `onProgress`; if a gradient is being recorded; an `AbortError` if the signal is aborted.
 */
export async function inSlices<T>(
  where: string,
  begin: () => Steps<T>,
  options: AsyncOptions | undefined,
): Promise<T> {
  const {signal, onProgress} = checkAsync(where, options);
  const scope = new SuspendedScope();
  let steps: Steps<T> | null = null;
  let result: T | null = null;
  try {
    steps = scope.run(begin);
    let count = 1;
    let resumed;
    for (;;) {
      const start = performance.now();
      const limit = hostShouldRead() ? Infinity : count;
      const going = steps;
      const answer = resumed;
      // Steps until the time is over; on a device, where their time is not known yet, a number of them.
      const slice = scope.run(() => {
        let next = going.next(answer);
        let made = 1;
        while (next.done !== true && next.value.isWhole !== true && made < limit) {
          if (performance.now() - start >= SLICE) break;
          next = going.next();
          made++;
        }
        return {next, made};
      });
      if (slice.next.done === true) {
        result = slice.next.value;
        throwIfAborted(where, signal);
        return result;
      }
      const {look, until, isSilent} = slice.next.value;
      await until;
      const seen = !isSilent && (onProgress || !hostShouldRead()) ? await scope.run(look) : null;
      const took = Math.max(performance.now() - start, 1e-3);
      count = Math.max(1, Math.floor(slice.made * Math.min(GROWTH, SLICE / took)));
      throwIfAborted(where, signal);
      if (seen) onProgress?.(seen);
      resumed = {took, isDone: seen !== null && seen.done === seen.total};
      await nextTask();
      throwIfAborted(where, signal);
    }
  } catch (error) {
    result = null;
    scope.run(() => steps?.return(undefined as never));
    throw error;
  } finally {
    scope.close(result);
  }
}

/** The options, if this may run here. @throws Otherwise. */
export function checkAsync(where: string, options: AsyncOptions = {}): AsyncOptions {
  const checked = checkOptions(where, options, NAMES);
  if (checked.onProgress != null) checkFunction(where, 'onProgress', checked.onProgress);
  refuseGradient(where);
  throwIfAborted(where, checked.signal);
  return checked;
}

/** @throws If a gradient or a program is being recorded. */
export function refuseGradient(where: string): void {
  const sync = where.replace(/Async$/, '');
  if (isTapeOn() || forwardMode()) {
    throw new Error(
      `${where} has no gradient, but one is being recorded. Use ${sync} there.${see('responsive')}`,
    );
  }
  if (observed()) throw new Error(`${where} cannot be part of a program. Use ${sync} there.`);
}

/** @throws An `AbortError` if the signal is aborted. */
export function throwIfAborted(where: string, signal: AbortSignal | null | undefined): void {
  if (signal?.aborted) throw new DOMException(`${where} was aborted.`, 'AbortError');
}
