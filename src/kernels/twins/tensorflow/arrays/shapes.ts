/** @file Shapes of arrays: to change them, to repeat, join and cut arrays. */
import {call, DOUBLE, typed} from './calls.js';
import {integer, integerTensor, numberOf} from './constants.js';
import {current} from './session.js';
import type {Doubles} from './types.js';

export const reshape = (a: Doubles, shape: readonly number[]): Doubles =>
  call('Reshape', 'Reshape', () => [typed('T', DOUBLE), typed('Tshape', current().binding.TF_INT32)], [
    a.id,
    integerTensor(shape),
  ]);

/** Zeros, or another number everywhere. */
export const filled = (shape: readonly number[], value: number): Doubles =>
  call('Fill', 'Fill', () => [typed('T', DOUBLE), typed('index_type', current().binding.TF_INT32)], [
    integerTensor(shape),
    numberOf(value).id,
  ]);

/** a, repeated along the axes where it has one entry. */
export const broadcastTo = (a: Doubles, shape: readonly number[]): Doubles =>
  call('BroadcastTo', 'BroadcastTo', () => [typed('T', DOUBLE), typed('Tidx', current().binding.TF_INT32)], [
    a.id,
    integerTensor(shape),
  ]);

/** Puts arrays one below the other (axis 1), or beside each other (axis 2). */
export function concat(arrays: Doubles[], axis: number): Doubles {
  const {binding} = current();
  return call(
    'ConcatV2',
    `ConcatV2 ${arrays.length}`,
    () => [
      {name: 'N', type: binding.TF_ATTR_INT, value: arrays.length},
      typed('T', DOUBLE),
      typed('Tidx', binding.TF_INT32),
    ],
    [...arrays.map(({id}) => id), integer(axis)],
  );
}

/** `count` entries of an axis (1: rows, 2: columns) from `from` on. */
export function slice(a: Doubles, axis: number, from: number, count: number): Doubles {
  const begin = a.shape.map((_, i) => (i === axis ? from : 0));
  const size = a.shape.map((_, i) => (i === axis ? count : -1));
  return call('Slice', 'Slice', () => [typed('T', DOUBLE), typed('Index', current().binding.TF_INT32)], [
    a.id,
    integerTensor(begin),
    integerTensor(size),
  ]);
}
