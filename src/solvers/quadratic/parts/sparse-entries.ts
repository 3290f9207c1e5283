/** @file A sparse matrix of a quadratic program, as it is given, without the code that solves with it. */
import type * as tf from '@tensorflow/tfjs-core';

/** A matrix of which only some entries are stored. `sparseMatrix` makes it. */
export class SparseMatrix {
  /** The number of rows and columns. */
  readonly shape: readonly [rows: number, columns: number];
  /** The row of each entry. */
  readonly rows: Int32Array;
  /** The column of each entry. */
  readonly columns: Int32Array;
  /** The numbers: [entries], shared by the batch, or [B, entries]. */
  readonly values: tf.Tensor | tf.TensorLike;
  /** The places of the entries. Matrices with equal places have the same object. @internal */
  readonly entries: {
    /** The row of each entry. */
    readonly rows: Int32Array;
    /** The column of each entry. */
    readonly columns: Int32Array;
  };
  /** What solves problems with it. @internal */
  readonly solving: unknown;

  /** @internal */
  constructor(
    shape: readonly [number, number],
    entries: SparseMatrix['entries'],
    values: tf.Tensor | tf.TensorLike,
    solving: unknown,
  ) {
    this.shape = shape;
    this.entries = entries;
    this.rows = entries.rows;
    this.columns = entries.columns;
    this.values = values;
    this.solving = solving;
  }
}

/** What solves a problem with a sparse matrix in it; `null` if there is none. */
export function sparseIn<Solving>(problem: object): Solving | null {
  for (const value of Object.values(problem ?? {}) as unknown[]) {
    if (value instanceof SparseMatrix) return value.solving as Solving;
  }
  return null;
}
