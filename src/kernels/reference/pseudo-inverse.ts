/** @file Products with the pseudo-inverse of a dense matrix, by a complete orthogonal decomposition, f64. */
import {applyQ, qrInPlace, type QR} from './qr.js';
import {solveTriangular} from './triangular.js';

/** A P = Q Tᵀ Zᵀ: Q and Z with orthonormal columns, as many as the rank, T upper triangular. */
export interface PseudoInverse {
  /** A P = Q R. */
  left: QR;
  /** Rᵀ = Z T. */
  right: QR;
}

/**
 * Decomposes the row-major matrix `a` (left as it is).
 *
 * @param relativeCutoff Of the longest column: what is left of the columns when none is longer counts as zero.
 * @see Golub & Van Loan, Matrix Computations, section 5.5.
 */
export function pseudoInverse(
  a: Float64Array,
  rows: number,
  columns: number,
  relativeCutoff: number,
): PseudoInverse {
  const left = qrInPlace(a.slice(), rows, columns, relativeCutoff);
  const {rank, qr} = left;
  const transposed = new Float64Array(columns * rank);
  for (let i = 0; i < rank; i++)
    for (let j = i; j < columns; j++) transposed[j * rank + i] = qr[i * columns + j];
  return {left, right: qrInPlace(transposed, columns, rank, -1)};
}

/** A⁺ B, or A⁺ᵀ B, for B with `count` columns (row-major, overwritten). */
export function multiplyPseudoInverse(
  {left, right}: PseudoInverse,
  B: Float64Array,
  count: number,
  transpose: boolean,
): Float64Array {
  const {rank, order} = left;
  const {rows: n} = right;
  const size = rank * count;
  if (transpose) {
    const c = new Float64Array(n * count);
    order.forEach((column, j) => c.set(B.subarray(column * count, (column + 1) * count), j * count));
    applyQ(right, c, count, true);
    solveTriangular(right.qr, rank, c, count, {lower: false}, rank);
    const y = new Float64Array(left.rows * count);
    y.set(c.subarray(0, size));
    applyQ(left, y, count, false);
    return y;
  }
  applyQ(left, B, count, true);
  solveTriangular(right.qr, rank, B, count, {lower: false, transpose: true}, rank);
  const z = new Float64Array(n * count);
  z.set(B.subarray(0, size));
  applyQ(right, z, count, false);
  const x = new Float64Array(n * count);
  order.forEach((column, j) => x.set(z.subarray(j * count, (j + 1) * count), column * count));
  return x;
}
