/** @file A solve that can pause between its steps: it is run at once, or in slices of time. */
import type * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {hostShouldRead} from '../../kernels/index.js';

/** How far a solve is. */
export interface SolveProgress {
  /** The number of steps so far: those of the whole batch, or the most of one sample where samples are solved one after another. */
  iteration: number;
  /** The most steps there may be. */
  maxIterations: number;
  /** The largest residual of a sample, in the sense of `state.residual`; Infinity before the first is known. */
  residual: number;
  /** The number of samples that are done: solved, or failed. */
  done: number;
  /** The number of all samples. */
  total: number;
}

/** A place where a solve may wait. */
export interface Pause {
  /** How far it is. Reading it may take time on a device. */
  look: () => SolveProgress | Promise<SolveProgress>;
  /** Whether what was done since the last pause was made as long as a slice of time. */
  isWhole?: boolean;
  /** Whether there is nothing new to tell. */
  isSilent?: boolean;
  /** Others have to go on first; it goes on when this is resolved. */
  until?: Promise<void> | undefined;
}

/** What a solve is told after a pause: the time since the last one, and whether all samples were seen to be done. */
export interface Resumed {
  /** The time since the last pause, in ms. */
  took: number;
  /** Whether all samples were seen to be done. */
  isDone: boolean;
}

/** A solve with pauses. It opens no scope of tfjs and no tape that is not closed at a pause. */
export type Steps<T> = Generator<Pause, T, Resumed | undefined>;

/** Runs a solve to its end. */
export function drain<T>(steps: Steps<T>): T {
  let next = steps.next();
  while (next.done !== true) next = steps.next();
  return next.value;
}

/** Steps that are not differentiated: in slices there is no tape anyway. */
export function* apart<T>(steps: Steps<T>, inSlices: boolean): Steps<T> {
  if (inSlices) return yield* steps;
  return offTape(() => drain(steps) as unknown as tf.TensorContainerObject) as unknown as T;
}

/** How far samples are, from what is known of each: whether it is active, and its residual. */
export function lookAt(
  at: {iteration: number; maxIterations: number},
  active: tf.Tensor | ArrayLike<number>,
  residual: tf.Tensor | ArrayLike<number>,
): SolveProgress | Promise<SolveProgress> {
  const seen = (flags: ArrayLike<number>, residuals: ArrayLike<number>): SolveProgress => {
    let [done, largest] = [0, -Infinity];
    for (let i = 0; i < flags.length; i++) done += Number(flags[i] === 0);
    for (let i = 0; i < residuals.length; i++) {
      if (!(residuals[i] <= largest)) largest = residuals[i];
    }
    return {...at, residual: largest, done, total: flags.length};
  };
  if (!('dataSync' in active) || !('dataSync' in residual)) {
    return seen(active as ArrayLike<number>, residual as ArrayLike<number>);
  }
  if (hostShouldRead()) return seen(active.dataSync(), residual.dataSync());
  return Promise.all([active.data(), residual.data()]).then(([flags, residuals]) => seen(flags, residuals));
}
