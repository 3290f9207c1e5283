/** @file A loop whose end depends on data. The same formulation runs operation by operation or as part of a program. */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  flattenLike,
  isTapeOn,
  observed,
  unflatten,
  unobserved,
  type Structure,
} from '../autodiff/index.js';
import {hostCanRead, hostShouldRead} from '../kernels/index.js';
import {Untraceable} from './trace.js';

/** The number of passes between two looks where a look waits for a GPU. */
const RARELY = 20;

export interface LoopOptions {
  /** The maximum number of passes. */
  limit: number;
  /** The maximum number of passes if the host cannot read tensors and so cannot see that the loop is finished. Default `limit`. */
  unseen?: number;
  /** The flags are tested after the first pass and then after this many passes. Default 1. */
  lookEvery?: number;
}

/**
 * state ← pass(state) until no flag is set.
 *
 * @param pass Returns the next state, a structure like its argument, and flags; a flag entry that is not zero requests another pass. It may
 * use only its state and tensors from outside, because a program runs it once.
 * @throws `Untraceable` if a program is being made, and a gradient or tangent goes through the loop.
 */
export function loopWhile<S extends Structure>(
  start: S,
  pass: (state: S) => {state: S; open: tf.Tensor},
  {limit, unseen = limit, lookEvery: usual = 1}: LoopOptions,
): S {
  if (limit < 1) return start;
  if (observed()) {
    // One pass stands for all, and has the gradient of one pass.
    if (isTapeOn()) throw new Untraceable('a gradient goes through a loop whose end depends on data');
    return observedLoop(start, pass, limit);
  }
  const readable = canLook();
  const most = readable ? limit : unseen;
  const every = lookEvery(usual);
  let state = start;
  for (let k = 0; k < most; k++) {
    const next = tf.tidy(() => pass(state) as unknown as tf.TensorContainerObject) as unknown as {
      state: S;
      open: tf.Tensor;
    };
    state = next.state;
    if (readable && k % every === 0 && next.open.dataSync().every((flag) => flag === 0)) break;
  }
  return state;
}

/** Runs one pass and records that it represents the whole loop. */
function observedLoop<S extends Structure>(
  start: S,
  pass: (state: S) => {state: S; open: tf.Tensor},
  limit: number,
): S {
  const {calls, loops} = observed()!;
  const before = flatten(start);
  const alias = (tensor: tf.Tensor) => unobserved(() => tf.reshape(tensor, tensor.shape));
  const begins = before.map(alias);
  const from = calls.length;
  const {state, open} = pass(unflatten(start, begins));
  const to = calls.length;
  const ends = flattenLike('The state of a loop', state, start, 'the one before');
  const results = ends.map(alias);
  loops.push({kernel: 'Loop', from, to, before, begins, ends, results, open, limit});
  return unflatten(start, results);
}

/** Whether the values of a tensor can be read. They cannot if the host cannot read tensors, or while a program is being made. */
export function canLook(): boolean {
  return hostCanRead() && !observed();
}

/** The same, and a look costs little. */
export function shouldLook(): boolean {
  return hostShouldRead() && !observed();
}

/** After how many passes a loop looks at its flags, for one that looks after so many where that costs little. */
export function lookEvery(usual: number): number {
  return shouldLook() ? usual : Math.max(usual, RARELY);
}
