/** @file Detects whether the parameters of an iteration differ from those that it started with. */
import * as tf from '@tensorflow/tfjs-core';
import type {Parameter} from '../../autodiff/index.js';

/** The parameters that each progress object was made with, by its status. */
const madeWith = new WeakMap<tf.Tensor, unknown[]>();

/** The identity of parameters: the memory of tensors, the values of others. */
export function identitiesOf(params: Parameter | readonly Parameter[]): unknown[] {
  if (params instanceof tf.Tensor) return [params.dataId];
  if (params !== null && typeof params === 'object') return Object.values(params).flatMap(identitiesOf);
  return [params];
}

/** Records the identities of the parameters that a progress object is made with. */
export function noteSeen(status: tf.Tensor, identities: unknown[]): void {
  madeWith.set(status, identities);
}

/** Whether a progress object was made with other parameters. False if nothing was recorded. */
export function haveChanged(status: tf.Tensor, identities: unknown[]): boolean {
  const before = madeWith.get(status);
  return before !== undefined && !sameEntries(before, identities);
}

const sameEntries = (a: unknown[], b: unknown[]) =>
  a.length === b.length && a.every((entry, i) => Object.is(entry, b[i]));
