/** @file A loop whose end depends on data, in one formulation: operation by operation, or as a part of a program. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, flattenLike, observed, unflatten, unobserved, type Structure} from '../autodiff/index.js';
import {hostCanRead} from '../kernels/index.js';

export interface LoopOptions {
  /** The most passes. */
  limit: number;
  /** The most passes where the host cannot read tensors, and so cannot see that the loop is over. Default `limit`. */
  unseen?: number;
  /** The flags are looked at after the first pass and every so many. Default 1. */
  lookEvery?: number;
}

/**
 * state ← pass(state) until no flag is set.
 *
 * @param pass Returns the next state, a structure like the one that it gets, and flags: an entry that is not zero asks for another pass.
 *   It computes with its state and tensors from outside alone: in a program it is run once.
 */
export function loopWhile<S extends Structure>(
  start: S,
  pass: (state: S) => {state: S; open: tf.Tensor},
  {limit, unseen = limit, lookEvery = 1}: LoopOptions,
): S {
  if (observed()) return observedLoop(start, pass, limit);
  const readable = canLook();
  const most = readable ? limit : unseen;
  let state = start;
  for (let k = 0; k < most; k++) {
    const next = tf.tidy(() => pass(state) as unknown as tf.TensorContainerObject) as unknown as {
      state: S;
      open: tf.Tensor;
    };
    state = next.state;
    if (readable && k % lookEvery === 0 && next.open.dataSync().every((flag) => flag === 0)) break;
  }
  return state;
}

/** Runs one pass, and notes that it stands for the loop. */
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
  loops.push({from, to, before, begins, ends, results, open, limit});
  return unflatten(start, results);
}

/** Whether the values of a tensor can be looked at: not where the host cannot read, nor while a program is made. */
export function canLook(): boolean {
  return hostCanRead() && !observed();
}
