/** @file A sparse matrix, as it is given, without the code that computes with it. */
import type * as tf from '@tensorflow/tfjs-core';

/** The numbers of the entries of a sparse matrix. */
export type SparseValues = tf.Tensor | tf.TensorLike | Float64Array;

/** A matrix of which only some entries are stored. `sparseMatrix` makes it. */
export class SparseMatrix {
  /** The number of rows and columns. */
  readonly shape: readonly [rows: number, columns: number];
  /** The row of each entry. */
  readonly rows: Int32Array;
  /** The column of each entry. */
  readonly columns: Int32Array;
  /** The numbers: [entries], shared by the batch, or [B, entries]. */
  readonly values: SparseValues;
  /** The places of the entries. Matrices with equal places have the same object. @internal */
  readonly entries: {
    /** The row of each entry. */
    readonly rows: Int32Array;
    /** The column of each entry. */
    readonly columns: Int32Array;
  };

  /** @internal */
  constructor(shape: readonly [number, number], entries: SparseMatrix['entries'], values: SparseValues) {
    this.shape = shape;
    this.entries = entries;
    this.rows = entries.rows;
    this.columns = entries.columns;
    this.values = values;
  }

  /** The matrix with other values at the same places. @internal */
  withValues(values: SparseMatrix['values']): SparseMatrix {
    return new SparseMatrix(this.shape, this.entries, values);
  }
}

/** Whether a problem or an argument has a sparse matrix among its entries. */
export function hasSparse(record: object): boolean {
  for (const name in record)
    if ((record as Record<string, unknown>)[name] instanceof SparseMatrix) return true;
  return false;
}

/** The factors of the matrices of a batch. */
export interface SparseFactor {
  /** x with A x = b, or Aᵀx = b, for the matrix of this sample: of least norm if A is singular. */
  solve(b: Float64Array, sample: number, transpose: boolean): Float64Array;
}

/** What computes with sparse matrices. It comes with `sparseMatrix`, so that a bundle without that function has none of it. */
export interface SparseAlgebra {
  /** A matrix with entries at these places. @throws If that is no matrix; `where` is the name in the message. */
  matrix(
    where: string,
    shape: readonly [number, number],
    rows: ArrayLike<number>,
    columns: ArrayLike<number>,
    values: SparseValues,
  ): SparseMatrix;
  /** S x a sample, for x [B, columns], or Sᵀ x for x [B, rows]; differentiable in both. */
  multiply(matrix: SparseMatrix, x: tf.Tensor, transpose?: boolean): tf.Tensor;
  /**
   * The factors of one matrix or more with the places of this one, in double precision.
   *
   * @param values Of all matrices, one after another. @param refuse The error of a matrix that is not definite, or not finite.
   */
  factor(
    matrix: SparseMatrix,
    isDefinite: boolean,
    values: Float64Array,
    refuse: (sample: number) => Error,
  ): SparseFactor;
  /** `linalg.solve` with a sparse a. */
  solve(
    a: SparseMatrix,
    b: tf.Tensor | tf.TensorLike,
    options: {assume: 'general' | 'positiveDefinite'; adjoint: boolean},
  ): tf.Tensor;
}

let algebra: SparseAlgebra | null = null;

/** Called where `sparseMatrix` is defined. */
export function registerSparseAlgebra(given: SparseAlgebra): void {
  algebra = given;
}

/** @throws If the program has no sparse matrices of its own; then they can only be those of a saved model. */
export function sparseAlgebra(where: string): SparseAlgebra {
  if (!algebra) {
    throw new Error(
      `${where}: there is a sparse matrix, but this program leaves out the code for it. Import 'tfjs-implicit/register', or use ` +
        "sparseMatrix of 'tfjs-implicit' somewhere.",
    );
  }
  return algebra;
}
