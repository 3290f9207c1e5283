/** @file The contract of dense linear algebra in double precision, with the two implementations `reference/` and `host/`. */

import type {PairKernels} from './pairs.js';
import type {Indices, Vector} from './vectors.js';

export type {Indices, Vector} from './vectors.js';

/**
 * Matrices are row-major; `stride` is the distance between two rows, in entries. "Padded" means that the stride is a multiple of 4, and
 * that the routine may use rows and columns up to the next multiple of 4.
 */
export interface DenseKernels extends PairKernels {
  readonly name: 'reference' | 'host';

  /** The memory of the vectors, for modules that share it; `null` if it is not a WebAssembly memory. */
  readonly memory: WebAssembly.Memory | null;

  /** A vector of zeros. It is valid until the `scope` in which it was created ends. */
  vector(length: number): Vector;
  indices(length: number): Indices;

  /** A view of some entries of a vector. */
  part(vector: Vector, from: number, to?: number): Vector;

  /** Runs `work` and frees every vector that it created. `work` may be restarted from its beginning to get more memory. */
  scope<T>(work: () => T): T;

  /** The same, but the vectors are valid as long as this object. */
  keep<T>(work: () => T): T;

  /**
   * Overwrites the upper triangle of the symmetric matrix a [n, n], padded, by U with A = Uᵀ D U, where D is 1 on the first
   * `positives` entries and −1 on the others. A quasi-definite matrix has such factors.
   *
   * @param inverse Receives the reciprocals of U's diagonal, [n].
   * @returns The first row whose pivot has the wrong sign or is not finite, or −1.
   */
  signedCholesky(a: Vector, n: number, stride: number, positives: number, inverse: Vector): number;

  /**
   * The same for the first `count` rows only, a multiple of 4. The upper triangle of the other rows becomes their Schur complement
   * A₂₂ − A₁₂ᵀA₁₁⁻¹A₁₂. The padding is used like a part of the matrix, so it must be finite.
   *
   * @param inverse [count].
   */
  eliminate(a: Vector, n: number, stride: number, positives: number, count: number, inverse: Vector): number;

  /** x ← A⁻¹ x with the result of `signedCholesky`, or of `eliminate` for its first rows. */
  signedSolve(u: Vector, n: number, stride: number, positives: number, inverse: Vector, x: Vector): void;

  /**
   * The upper triangle of target [n, n], padded, += Σₖ wₖ mₖmₖᵀ over `count` rows mₖ of M [rows, n], padded with zeros.
   *
   * @param rows The indices of the rows of M, in order.
   * @param weights wₖ, in the order of `rows`.
   * @param packed Room for two copies of those rows.
   */
  addWeightedGram(
    target: Vector,
    n: number,
    stride: number,
    M: Vector,
    strideM: number,
    rows: Indices,
    weights: Vector,
    count: number,
    packed: Vector,
  ): void;

  /** out [rows] = A x for A [rows, n]. */
  multiply(A: Vector, rows: number, n: number, stride: number, x: Vector, out: Vector): void;

  /** out [n] += Aᵀ y for A [rows, n]. */
  addMultiplyTransposed(A: Vector, rows: number, n: number, stride: number, y: Vector, out: Vector): void;

  /** out [rows] = A x and terms [rows] = |A| |x|, for A [rows, n] without padding. */
  multiplyWithTerms(A: Vector, rows: number, n: number, x: Vector, out: Vector, terms: Vector): void;

  /** out [n] += Aᵀ y and terms [n] += |A|ᵀ |y|, for A [rows, n] without padding. */
  addMultiplyTransposedWithTerms(
    A: Vector,
    rows: number,
    n: number,
    y: Vector,
    out: Vector,
    terms: Vector,
  ): void;

  /** The upper triangle of `to` = that of `from`, both [n, n]. */
  copyUpper(from: Vector, strideFrom: number, to: Vector, strideTo: number, n: number): void;

  /** to[a, k] = from[rows[k], a] for `count` rows of from [*, n]; `at` is the position of the first one in `to`. */
  copyTransposed(
    from: Vector,
    n: number,
    rows: Indices,
    count: number,
    to: Vector,
    strideTo: number,
    at: number,
  ): void;

  /**
   * Writes the number of nonzero entries in each row of A [rows, n] to `entries`, and copies the rows with more than `limit` nonzero
   * entries to `to`, one after the other.
   */
  packRows(
    A: Vector,
    rows: number,
    n: number,
    limit: number,
    to: Vector,
    stride: number,
    entries: Indices,
  ): void;

  /** to = diag(left) A diag(right) for A [rows, n], without padding. */
  scale(A: Vector, rows: number, n: number, left: Vector, right: Vector, to: Vector): void;

  /** The upper triangle of `to` = that of diag(units) P diag(units), for P [n, n] without padding. */
  scaleUpper(P: Vector, n: number, units: Vector, to: Vector, strideTo: number): void;

  /**
   * Writes the largest magnitudes in the rows of diag(left) A diag(right), A [rows, n], to `rowMaxima`, and those in its columns to
   * `columnMaxima` where they exceed the values already there. `left` and `right` must not be negative.
   */
  scaledMaxima(
    A: Vector,
    rows: number,
    n: number,
    left: Vector,
    right: Vector,
    rowMaxima: Vector,
    columnMaxima: Vector,
  ): void;

  /**
   * Writes the sums of magnitudes in the rows of A diag(right), A [rows, n], to `rowSums`, and adds those in the columns of diag(left) A to
   * `columnSums`.
   */
  addMagnitudes(
    A: Vector,
    rows: number,
    n: number,
    left: Vector,
    right: Vector,
    rowSums: Vector,
    columnSums: Vector,
  ): void;

  /** P ← ½(P + Pᵀ) for P [n, n], without padding. @returns The largest |Pᵢⱼ − Pⱼᵢ|; NaN if an entry is not finite. */
  symmetrize(P: Vector, n: number): number;

  /** Whether every entry is finite. */
  isFinite(a: Vector): boolean;
}

/** A stride for rows of n entries: a multiple of 4 but not of 32, so that columns are spread over the cache. */
export function paddedStride(n: number): number {
  const rounded = (n + 3) & ~3;
  return rounded % 32 === 0 ? rounded + 4 : rounded;
}
