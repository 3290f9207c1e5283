/**
 * @file The double-precision values of tensors that a program or a solver on the host computed. A tensor stores float32; what rounding
 * takes from it is kept here, for derivatives at that point and for programs that read the tensor.
 */
import * as tf from '@tensorflow/tfjs-core';
import {observed} from './observe.js';

/** By the memory of a tensor: a variable that is assigned, and a tensor that is made anew, have another one. */
const known = new WeakMap<object, Float64Array>();

/** A float32 tensor of `values`, rounded, that remembers them. The array belongs to the tensor from then on. */
export function tensorOfDoubles(values: Float64Array, shape: number[]): tf.Tensor {
  return noteDoubles(tf.tensor(Float32Array.from(values), shape), values);
}

/** Notes that `tensor` holds `values`, rounded. */
export function noteDoubles<T extends tf.Tensor>(tensor: T, values: Float64Array): T {
  known.set(tensor.dataId, values);
  return tensor;
}

/** Whether more digits of the tensor are known than it stores. Never while a function is observed, because values cannot be read then. */
export function hasDoubles({dataId}: tf.Tensor): boolean {
  return known.has(dataId) && !observed();
}

/**
 * The values of a tensor as exactly as they are known, not to be written. They are read: call this only where the host can read.
 */
export function numbersOf(tensor: tf.Tensor): Float64Array | tf.TypedArray {
  const stored = tensor.dataSync();
  const values = known.get(tensor.dataId);
  // On some backends `dataSync` gives the memory itself, so somebody may have written to it.
  const holds = values?.length === stored.length && stored.every((value, i) => sameNumber(values[i], value));
  return holds ? values : stored;
}

const sameNumber = (value: number, stored: number) => Object.is(Math.fround(value), stored);

/** `numbersOf` as an array of the caller's own. */
export function doublesOf(tensor: tf.Tensor): Float64Array {
  return Float64Array.from(numbersOf(tensor));
}

/** `to`, whose entries are `change` of those of `from` (by default the same), with the digits of `from`. `change` must not round. */
export function carryDoubles<T extends tf.Tensor>(
  to: T,
  from: tf.Tensor,
  change?: (value: number, index: number) => number,
): T {
  if (to.dataId === from.dataId || !hasDoubles(from)) return to;
  const values = doublesOf(from);
  return noteDoubles(to, change ? values.map((value, i) => change(value, i)) : values);
}
