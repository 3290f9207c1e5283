/** @file The contract of factorisations and substitution in f64, for one matrix at a time. It has two implementations. */

/** The factors P (2^−rows A 2^−columns) = L U: scaled by powers of two, so that singularity does not depend on units. */
export interface ScaledLU {
  n: number;
  /** L below the diagonal (unit diagonal not stored), U on and above it. */
  lu: Float64Array;
  /** Row i of P A is row `pivots[i]` of A. */
  pivots: Int32Array;
  /** Exponents of the scales that rows were divided by. */
  rows: Int32Array;
  /** Exponents of the scales that columns were divided by. */
  columns: Int32Array;
}

/** The factors A P = Q R, by Householder reflections with column pivoting. */
export interface QR {
  rows: number;
  columns: number;
  /** The number of reflections, which is also the number of rows of R. */
  rank: number;
  /** Row-major [rows, columns]: R on and above the diagonal, the reflections' vectors (first entry 1) below it. */
  qr: Float64Array;
  /** Reflection k is I − tau[k] v vᵀ. */
  tau: Float64Array;
  /** Column j of A P is column `order[j]` of A. */
  order: Int32Array;
}

/** How a triangle of a matrix is used. */
export interface Triangular {
  /** Which triangle is read. */
  lower: boolean;
  /** Solve with the transpose. Default false. */
  transpose?: boolean;
  /** Assume that the diagonal is ones, without reading it. Default false. */
  unitDiagonal?: boolean;
}

/**
 * Matrices are row-major without padding. Arrays come from `vector` and `indices`, in the memory of the implementation.
 */
export interface MatrixKernels {
  readonly name: 'reference' | 'host';

  /** An array of zeros. It is valid until the `scope` in which it was created ends. */
  vector(length: number): Float64Array;

  /** The same, but not cleared. */
  singles(length: number): Float32Array;
  indices(length: number): Int32Array;

  /** Runs `work` and frees every array that it created. `work` may be restarted from its beginning to get more memory. */
  scope<T>(work: () => T): T;

  /**
   * Overwrites a [n, n] by the lower triangular L with A = L Lᵀ. Only the lower triangle of A is read.
   *
   * @returns The first row whose pivot is not positive, not finite, or at the level of rounding; −1 if there is none.
   */
  choleskyInPlace(a: Float64Array, n: number): number;

  /** The same with float32 input and output and f64 inside. All of `l` is written. Both arrays come from `singles`. */
  choleskySingle(a: Float32Array, n: number, l: Float32Array): number;

  /**
   * Overwrites `factors.lu`, which holds a matrix [n, n], by its factors, with partial pivoting.
   *
   * @returns Whether the matrix is regular: no pivot is zero or so small that the factors are worthless.
   */
  luInPlace(factors: ScaledLU): boolean;

  /** X ← A⁻¹ X, or A⁻ᵀ X, for X [n, columns]. */
  solveLu(factors: ScaledLU, X: Float64Array, columns: number, transpose: boolean): void;

  /**
   * Overwrites `factors.qr`, which holds a matrix [rows, columns], by its factors.
   *
   * @param relativeCutoff Stops when no remaining column is longer than this times the longest column of A. If negative, the columns are
   *   used in their given order.
   */
  qrInPlace(factors: QR, relativeCutoff: number): void;

  /** X ← Q X, or Qᵀ X, for X [rows, count]. */
  applyQ(factors: QR, X: Float64Array, count: number, transpose: boolean): void;

  /** X ← T⁻¹ X, or T⁻ᵀ X, for X [n, columns] where T is a triangle of t [n, n]. */
  solveTriangular(t: Float64Array, n: number, X: Float64Array, columns: number, options: Triangular): void;
}

/** Room for the factors of the matrix in `lu`. */
export function scaledLU(kernels: MatrixKernels, lu: Float64Array, n: number): ScaledLU {
  return {n, lu, pivots: kernels.indices(n), rows: kernels.indices(n), columns: kernels.indices(n)};
}

/** Room for the factors of a matrix [rows, columns]. */
export function roomForQR(kernels: MatrixKernels, rows: number, columns: number): QR {
  const tau = kernels.vector(Math.min(rows, columns));
  return {rows, columns, rank: 0, qr: kernels.vector(rows * columns), tau, order: kernels.indices(columns)};
}
