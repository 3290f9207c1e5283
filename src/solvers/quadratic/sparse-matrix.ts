/** @file Sparse matrices of quadratic programs. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../checks/index.js';
import {hostSparseAlgebra, registerSparseAlgebra, type SparseMatrix} from '../../linalg/index.js';
import {sparseSolving} from './parts/sparse-qp.js';
import {registerSparseSolving} from './parts/sparse-solving.js';

/** The entries of a sparse matrix. */
export interface SparseMatrixInput {
  /** The number of rows and columns. */
  shape: readonly [rows: number, columns: number];
  /** The row of each entry, from 0: integers. */
  rows: ArrayLike<number>;
  /** The column of each entry, from 0: integers. */
  columns: ArrayLike<number>;
  /** The number of each entry: [entries], shared by the batch, or [B, entries]. */
  values: tf.Tensor | tf.TensorLike | Float64Array;
}

/**
 * A matrix of which only the entries that are not zero are stored. It takes the place of Q, G or A of `solveQP`, `solveQPAsync`, `prepareQP`
 * and `certify`, of their constants in `QPLayer` and `OptNetQP`, and of a in `linalg.solve`; `linsolve.operators.sparse` makes an operator of
 * it. Work and memory then depend on the number of entries. Gradients are with respect to `values`.
 *
 *     const G = sparseMatrix({shape: [2, 3], rows: [0, 1, 1], columns: [0, 0, 2], values: tf.tensor1d([1, -1, 2])});
 *
 * Entries may come in any order. Those at the same place are added, and those that are not given are zero; zeros may be given, too. Q has both
 * triangles, and each half of a symmetric pair gets half of the gradient. Everything is computed in f64 on the host.
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
  return hostSparseAlgebra.matrix(where, shape, rows, columns, values);
}

registerSparseAlgebra(hostSparseAlgebra);
registerSparseSolving(sparseSolving);
