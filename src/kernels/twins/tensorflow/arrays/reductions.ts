/** @file Reductions of vectors and matrices: sums, products, largest entries, and whether flags are set. */
import {call, DOUBLE, flag, typed} from './calls.js';
import {integerTensor} from './constants.js';
import {abs} from './elementwise.js';
import {current} from './session.js';
import {filled} from './shapes.js';
import type {Doubles, Flags} from './types.js';

/** Which axes a reduction goes along: rows (axis 1), columns (axis 2), or both. They stay, with length 1. */
const ROWS = [1];
const COLUMNS = [2];
const BOTH = [1, 2];

const reduction = (name: string, axes: readonly number[], a: Doubles): Doubles =>
  call(
    name,
    'reduction',
    () => [flag('keep_dims', true), typed('T', DOUBLE), typed('Tidx', current().binding.TF_INT32)],
    [a.id, integerTensor(axes)],
  );
/** The largest entry; 0 where there is none. */
const maxAlong = (axes: readonly number[], a: Doubles): Doubles => {
  if (!axes.some((axis) => a.shape[axis] === 0)) return reduction('Max', axes, a);
  return filled(
    a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    0,
  );
};
const logical = (name: string, axes: readonly number[], a: Flags): Flags =>
  call(name, 'logical', () => [flag('keep_dims', true), typed('Tidx', current().binding.TF_INT32)], [
    a.id,
    integerTensor(axes),
  ]);

/** The sum of a vector, or of each column of a matrix. */
export const sum = (a: Doubles) => reduction('Sum', ROWS, a);
/** The sum of each row of a matrix. */
export const rowSums = (a: Doubles) => reduction('Sum', COLUMNS, a);
/** The product of the entries of each row of a matrix. */
export const rowProducts = (a: Doubles) => reduction('Prod', COLUMNS, a);
/** The largest entry of a vector, or of each column of a matrix. */
export const max = (a: Doubles) => maxAlong(ROWS, a);
/** The largest entry of each row of a matrix. */
export const rowMaxima = (a: Doubles) => maxAlong(COLUMNS, a);
export const maxOfAll = (a: Doubles) => maxAlong(BOTH, a);
export const any = (a: Flags) => logical('Any', ROWS, a);
export const all = (a: Flags) => logical('All', ROWS, a);
export const allOfAll = (a: Flags) => logical('All', BOTH, a);
/** The largest magnitude of a vector. */
export const maxAbs = (a: Doubles): Doubles => max(abs(a));
