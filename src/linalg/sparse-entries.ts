/** @file Checks the entries of a sparse matrix, and reads them. */
import * as tf from '@tensorflow/tfjs-core';
import {see} from '../checks/index.js';
import {hostCanRead} from '../kernels/index.js';
import {toFloat} from './inputs.js';
import type {SparsePattern} from './sparse-mat-vec.js';
import type {SparseMatrix, SparseValues} from './sparse-matrix.js';

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
  const given = shapeOf(values);
  if (given.length < 1 || given.length > 2 || given.at(-1) !== rows.length) {
    const count = rows.length;
    throw new Error(
      `${where}: values must have shape [${count}] or [B, ${count}], a number for each entry; got [${given}].`,
    );
  }
}

/** The shape of the values: without a tensor, because a matrix of numbers needs no backend. */
export function shapeOf(values: SparseValues): readonly number[] {
  if (values instanceof tf.Tensor) return values.shape;
  if (typeof values !== 'object' || values === null) return [];
  const list = values as ArrayLike<number | ArrayLike<number>>;
  const [first] = Array.from({length: Math.min(1, list.length)}, (_, i) => list[i]);
  if (typeof first !== 'object') return [list.length];
  const width = first.length;
  return [
    list.length,
    Array.from(list).every((row) => (row as ArrayLike<number>).length === width) ? width : -1,
  ];
}

/** The values as a tensor, of float32 if they are given as numbers. Later changes of an array do not change it. */
export function tensorOf(values: SparseValues): tf.Tensor {
  if (values instanceof tf.Tensor) return values;
  return tf.tensor(ArrayBuffer.isView(values) ? Float32Array.from(values as ArrayLike<number>) : values);
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

/** The pattern of a matrix. */
export function patternIn({shape, entries}: SparseMatrix): SparsePattern {
  return {shape: [shape[0], shape[1]], entries};
}

/** The values of the entries as a tensor [B | 1, entries]. */
export function valuesIn({values, rows}: SparseMatrix, where: string): tf.Tensor {
  const tensor = toFloat(tensorOf(values), 'values', where);
  const size = rows.length;
  if (tensor.rank < 1 || tensor.rank > 2 || tensor.shape[tensor.rank - 1] !== size) {
    throw new Error(`${where}: the values must have shape [${size}] or [B, ${size}], got [${tensor.shape}].`);
  }
  return tensor.rank === 2 ? tensor : tf.expandDims(tensor, 0);
}

/** Whether there is a matrix for each sample. */
export function isBatch({values}: SparseMatrix): boolean {
  return shapeOf(values).length === 2;
}

/** @throws If the backend's tensors cannot be read. */
export function checkReadable(where: string): void {
  if (hostCanRead()) return;
  throw new Error(
    `${where}: sparse matrices are computed with on the host, which cannot read tensors of the backend '${tf.getBackend()}' at once. ` +
      "Use tf.setBackend('wasm' or 'cpu')." +
      see('sparse#limits'),
  );
}
