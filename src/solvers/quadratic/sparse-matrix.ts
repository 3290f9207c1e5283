/** @file Sparse matrices of quadratic programs. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../checks/index.js';
import {SparseMatrix} from './parts/sparse-entries.js';
import {patternOf} from './parts/sparse-patterns.js';
import {sparseSolving} from './parts/sparse-qp.js';

/** The entries of a sparse matrix. */
export interface SparseMatrixInput {
  /** The number of rows and columns. */
  shape: readonly [rows: number, columns: number];
  /** The row of each entry, from 0: integers. */
  rows: ArrayLike<number>;
  /** The column of each entry, from 0: integers. */
  columns: ArrayLike<number>;
  /** The number of each entry: [entries], shared by the batch, or [B, entries]. */
  values: tf.Tensor | tf.TensorLike;
}

/**
 * A matrix of which only the entries that are not zero are stored. It takes the place of Q, G or A of `solveQP` and `solveQPAsync`, whose work
 * and memory then depend on the number of entries. Gradients are with respect to `values`.
 *
 *     const G = sparseMatrix({shape: [2, 3], rows: [0, 1, 1], columns: [0, 0, 2], values: tf.tensor1d([1, -1, 2])});
 *
 * Entries may come in any order. Those at the same place are added, and those that are not given are zero; zeros may be given, too. Q has both
 * triangles, and each half of a symmetric pair gets half of the gradient. The solution is computed in f64 on the host, on one thread.
 *
 * @throws If the rows or columns are not integers within the shape, or if there are not as many of each as values.
 */
export function sparseMatrix(input: SparseMatrixInput): SparseMatrix {
  const where = 'sparseMatrix';
  const {shape, rows, columns, values} = checkOptions(
    where,
    input,
    ['shape', 'rows', 'columns', 'values'],
    'input',
  );
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
  return new SparseMatrix([shape[0], shape[1]], patternOf(rows, columns), values, sparseSolving);
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
