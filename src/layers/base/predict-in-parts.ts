/** @file Calls a layer or a model with some rows after others, between which the event loop goes on. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions} from '../../checks/index.js';
import {hostShouldRead} from '../../kernels/index.js';
import {FailureCollector, inSlices, type Steps} from '../../solvers/index.js';
import {DividedBatch} from './part.js';

/** How to follow and to stop a prediction in parts. */
export interface PredictOptions {
  /** Stops when it is aborted: the promise is rejected with an `AbortError`, and nothing is left behind. */
  signal?: AbortSignal | null | undefined;
  /** Called after each part, about every 8 ms. */
  onProgress?: ((progress: PredictProgress) => void) | null | undefined;
}

/** How far a prediction is. */
export interface PredictProgress {
  /** The number of rows that are done. */
  done: number;
  /** The number of all rows. */
  total: number;
}

/** A part should take this long, in ms. */
const PART = 10;

/** A part has at most this many times the rows of the one before, because times vary. */
const GROWTH = 4;

/**
 * The output for all rows.
 *
 * @param call The output for some rows: a tensor, or several.
 */
export async function predictInParts<T extends tf.Tensor | tf.Tensor[]>(
  where: string,
  call: (inputs: T) => tf.Tensor | tf.Tensor[],
  inputs: T,
  options: PredictOptions = {},
): Promise<tf.Tensor | tf.Tensor[]> {
  const {signal, onProgress} = checkOptions(where, options, {signal: 0, onProgress: 0});
  if (onProgress != null) checkFunction(where, 'onProgress', onProgress);
  const list: readonly tf.Tensor[] = Array.isArray(inputs) ? inputs : [inputs];
  for (const input of list) {
    if (!(input instanceof tf.Tensor) || input.rank === 0 || input.shape[0] !== list[0].shape[0]) {
      throw new Error(
        `${where}: the input must be a tensor with the batch axis first, or several of one batch.`,
      );
    }
  }
  const [total] = list[0].shape;
  const batch = new DividedBatch(total);
  try {
    const begin = () => {
      const own = list.map((input) => tf.clone(input));
      const rows = (from: number, count: number) => {
        const part = own.map((input) => tf.slice(input, from, count));
        return (Array.isArray(inputs) ? part : part[0]) as T;
      };
      return partsOf(batch, (from, count) => call(rows(from, count)));
    };
    const follow = onProgress && (({done}: {done: number}) => onProgress({done, total}));
    return await inSlices(where, begin, {signal, onProgress: follow});
  } finally {
    batch.dispose();
  }
}

function* partsOf(
  batch: DividedBatch,
  call: (from: number, count: number) => tf.Tensor | tf.Tensor[],
): Steps<tf.Tensor | tf.Tensor[]> {
  const {total} = batch;
  const failures = new FailureCollector();
  const parts: (tf.Tensor | tf.Tensor[])[] = [];
  let size = 1;
  for (let done = 0; done < total || parts.length === 0;) {
    const count = Math.min(size, total - done);
    const from = done;
    const part = tf.tidy(() => batch.run(count, () => failures.run(() => call(from, count))));
    parts.push(part);
    done += count;
    const known = {iteration: 0, maxIterations: 0, residual: 0, done, total};
    const look = () =>
      hostShouldRead() ? known : Promise.all([part].flat().map((output) => output.data())).then(() => known);
    const resumed = yield {look, isWhole: true};
    if (resumed) size = Math.max(1, Math.floor(count * Math.min(GROWTH, PART / resumed.took)));
  }
  batch.finish();
  failures.report();
  const [first] = parts;
  if (!Array.isArray(first)) return tf.concat(parts as tf.Tensor[]);
  return first.map((_, i) => tf.concat((parts as tf.Tensor[][]).map((part) => part[i])));
}
