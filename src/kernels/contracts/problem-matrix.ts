/** @file The contract of a matrix of a quadratic program: what its solver computes with it. Dense and sparse matrices fulfil it. */

import type {Vector} from './vectors.js';

/** Products with a matrix A [rows, columns]. */
export interface Products {
  /** out [rows] = A x. */
  multiply(x: Vector, out: Vector): void;

  /** out [columns] += Aᵀ y. */
  addMultiplyTransposed(y: Vector, out: Vector): void;
}

/** A matrix A [rows, columns]. */
export interface ProblemMatrix extends Products {
  /** out [rows] = A x and terms [rows] = |A| |x|. */
  multiplyWithTerms(x: Vector, out: Vector, terms: Vector): void;

  /** out [columns] += Aᵀ y and terms [columns] += |A|ᵀ |y|. */
  addMultiplyTransposedWithTerms(y: Vector, out: Vector, terms: Vector): void;

  /** The entries of `to`, a matrix with the same pattern, = diag(left) A diag(right). */
  scale(left: Vector, right: Vector, to: this): void;

  /**
   * Writes the largest magnitudes in the rows of diag(left) A diag(right) to `rowMaxima`, and those in its columns to `columnMaxima` where
   * they exceed the values already there. `left` and `right` must not be negative.
   */
  scaledMaxima(left: Vector, right: Vector, rowMaxima: Vector, columnMaxima: Vector): void;

  /** Writes the sums of magnitudes in the rows of A diag(right) to `rowSums`, and adds those in the columns of diag(left) A to `columnSums`. */
  addMagnitudes(left: Vector, right: Vector, rowSums: Vector, columnSums: Vector): void;

  /** Writes the entries of the diagonal. */
  diagonal(out: Vector): void;

  /** Multiplies the diagonal by 1 + `part`. */
  growDiagonal(part: number): void;

  /** Visits the entries of row i that are not zero. */
  forEachInRow(i: number, visit: (column: number, value: number) => void): void;

  /** Whether every entry is finite. */
  isFinite(): boolean;
}
