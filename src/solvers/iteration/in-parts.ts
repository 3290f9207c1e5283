/** @file A batch of independent problems, solved in parts of a few milliseconds. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, unflatten, type Structure} from '../../autodiff/index.js';
import {hostShouldRead} from '../../kernels/index.js';
import {SLICE} from './in-slices.js';
import type {Steps} from './steps.js';

/** A part has at most this many times the samples of the one before, because times vary. */
const GROWTH = 4;

/** What is reported of a part. */
interface PartState {
  /** [B] each. */
  iterations: tf.Tensor;
  residual: tf.Tensor;
}

/**
 * Solves part by part, and joins the results, which have the batch axis first.
 *
 * @param solve The result for some samples, and how their solve went.
 * @param least The number of samples that a part has at least, because each part has a cost of its own.
 */
export function* inParts<R extends object>(
  total: number,
  maxIterations: number,
  solve: (from: number, count: number) => R,
  stateOf: (result: R) => PartState,
  least = 1,
): Steps<R> {
  const parts: R[] = [];
  let [size, iteration, residual] = [least, 0, -Infinity];
  for (let done = 0; done < total || parts.length === 0;) {
    const count = Math.min(size, total - done);
    const part = tf.tidy(() => solve(done, count) as unknown as tf.TensorContainerObject) as unknown as R;
    parts.push(part);
    done += count;
    const look = () => {
      const state = stateOf(part);
      const note = (iterations: ArrayLike<number>, residuals: ArrayLike<number>) => {
        for (let i = 0; i < iterations.length; i++) iteration = Math.max(iteration, iterations[i]);
        for (let i = 0; i < residuals.length; i++) if (!(residuals[i] <= residual)) residual = residuals[i];
        return {iteration, maxIterations, residual, done, total};
      };
      if (hostShouldRead()) return note(state.iterations.dataSync(), state.residual.dataSync());
      return Promise.all([state.iterations.data(), state.residual.data()]).then((read) => note(...read));
    };
    const resumed = yield {look, isWhole: true};
    if (resumed) size = Math.max(least, Math.floor(count * Math.min(GROWTH, SLICE / resumed.took)));
  }
  return joined(parts);
}

/** The results of all parts as one. */
export function joined<R extends object>(parts: readonly R[]): R {
  return tf.tidy(() => {
    const leaves = parts.map((part) => flatten(part as unknown as Structure));
    const all = leaves[0].map((_, i) => tf.concat(leaves.map((own) => own[i])));
    return unflatten(parts[0] as unknown as Structure, all) as tf.TensorContainer;
  }) as unknown as R;
}
