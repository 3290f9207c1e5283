/** @file The contract of a matrix of a quadratic program: what its solver computes with it. Dense and sparse matrices fulfil it. */

/** A matrix A [rows, columns]. */
export interface ProblemMatrix {
  /** out [rows] = A x. */
  multiply(x: Float64Array, out: Float64Array): void;

  /** out [columns] += Aᵀ y. */
  addMultiplyTransposed(y: Float64Array, out: Float64Array): void;

  /** out [rows] = A x and terms [rows] = |A| |x|. */
  multiplyWithTerms(x: Float64Array, out: Float64Array, terms: Float64Array): void;

  /** out [columns] += Aᵀ y and terms [columns] += |A|ᵀ |y|. */
  addMultiplyTransposedWithTerms(y: Float64Array, out: Float64Array, terms: Float64Array): void;

  /** The entries of `to`, a matrix with the same pattern, = diag(left) A diag(right). */
  scale(left: Float64Array, right: Float64Array, to: this): void;

  /**
   * Writes the largest magnitudes in the rows of diag(left) A diag(right) to `rowMaxima`, and those in its columns to `columnMaxima` where
   * they exceed the values already there. `left` and `right` must not be negative.
   */
  scaledMaxima(
    left: Float64Array,
    right: Float64Array,
    rowMaxima: Float64Array,
    columnMaxima: Float64Array,
  ): void;

  /** Writes the sums of magnitudes in the rows of A diag(right) to `rowSums`, and adds those in the columns of diag(left) A to `columnSums`. */
  addMagnitudes(
    left: Float64Array,
    right: Float64Array,
    rowSums: Float64Array,
    columnSums: Float64Array,
  ): void;

  /** Whether every entry is finite. */
  isFinite(): boolean;
}
