/** @file Checks the entries of a sparse matrix. */
import * as tf from '@tensorflow/tfjs-core';
import type {SparseMatrix} from './sparse-matrix.js';

/** What a sparse matrix is made of. */
export interface GivenEntries extends Pick<SparseMatrix, 'shape' | 'values'> {
  rows: ArrayLike<number>;
  columns: ArrayLike<number>;
}

/** @throws If the rows or columns are not integers within the shape, or if there are not as many of each as values. */
export function checkEntries(where: string, {shape, rows, columns, values}: GivenEntries): void {
  const isShape = Array.isArray(shape) && shape.length === 2;
  if (!isShape || !shape.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new Error(`${where}: shape must be [rows, columns], two integers, got [${String(shape)}].`);
  }
  checkPlaces(where, 'rows', rows, shape[0]);
  checkPlaces(where, 'columns', columns, shape[1]);
  if (rows.length !== columns.length) {
    throw new Error(
      `${where}: there are ${rows.length} rows, but ${columns.length} columns: one of each an entry.`,
    );
  }
  const given = values instanceof tf.Tensor ? values.shape : tf.tidy(() => tf.tensor(values).shape);
  if (given.length < 1 || given.length > 2 || given.at(-1) !== rows.length) {
    const count = rows.length;
    throw new Error(
      `${where}: values must have shape [${count}] or [B, ${count}], a number for each entry; got [${given}].`,
    );
  }
}

function checkPlaces(where: string, name: 'rows' | 'columns', places: ArrayLike<number>, size: number): void {
  if (typeof places !== 'object' || places === null || !Number.isInteger(places.length)) {
    throw new Error(`${where}: ${name} must be an array of integers, got ${typeof places}.`);
  }
  for (let e = 0; e < places.length; e++) {
    if (Number.isInteger(places[e]) && places[e] >= 0 && places[e] < size) continue;
    throw new Error(`${where}: ${name}[${e}] = ${places[e]} is not an integer from 0 to ${size - 1}.`);
  }
}
