/** @file Products with the pseudo-inverse of a dense matrix in f64, computed with a complete orthogonal decomposition. */
import {roomForQR, type MatrixKernels, type QR} from '../../contracts/matrices.js';

/** A P = Q Tᵀ Zᵀ, where T is upper triangular and Q and Z have orthonormal columns. The number of columns is the rank. */
export class PseudoInverse {
  /** A P = Q R. */
  private readonly left: QR;
  /** Rᵀ = Z T. */
  private readonly right: QR;

  /**
   * For any number of matrices [rows, columns], one after another. The object is valid as long as the scope of `kernels` in which it was
   * made.
   */
  constructor(
    private readonly kernels: MatrixKernels,
    rows: number,
    columns: number,
  ) {
    this.left = roomForQR(kernels, rows, columns);
    this.right = roomForQR(kernels, columns, Math.min(rows, columns));
  }

  /**
   * Decomposes the row-major matrix `a`.
   *
   * @param relativeCutoff When no remainder of a column is longer than this share of the longest column, the remainders count as zero.
   * @see Golub & Van Loan, Matrix Computations, section 5.5.
   */
  factor(a: Float64Array, relativeCutoff: number): void {
    const {kernels, left, right} = this;
    left.qr.set(a);
    kernels.qrInPlace(left, relativeCutoff);
    const {rank, qr, columns} = left;
    right.columns = rank;
    right.qr.fill(0);
    for (let i = 0; i < rank; i++) {
      for (let j = i; j < columns; j++) right.qr[j * rank + i] = qr[i * columns + j];
    }
    kernels.qrInPlace(right, -1);
  }

  /** The rank of the matrix that was factored last. */
  get rank(): number {
    return this.left.rank;
  }

  /** An orthonormal basis of the null space of a square matrix A, or of Aᵀ. */
  nullSpace(transpose: boolean): Float64Array[] {
    const {kernels, left, right} = this;
    const n = left.rows;
    const count = n - left.rank;
    return kernels.scope(() => {
      const columns = kernels.vector(n * count);
      for (let j = 0; j < count; j++) columns[(left.rank + j) * count + j] = 1;
      kernels.applyQ(transpose ? left : right, columns, count, false);
      return Array.from({length: count}, (_, j) => {
        const vector = new Float64Array(n);
        for (let i = 0; i < n; i++) vector[transpose ? i : left.order[i]] = columns[i * count + j];
        return vector;
      });
    });
  }

  /** X ← A⁺ B, or A⁺ᵀ B. B is row-major, has `count` columns, and is overwritten. */
  multiply(B: Float64Array, count: number, transpose: boolean, X: Float64Array): void {
    const {kernels, left, right} = this;
    const {rank, order} = left;
    const size = rank * count;
    const row = (array: Float64Array, i: number) => array.subarray(i * count, (i + 1) * count);
    kernels.scope(() => {
      const z = kernels.vector(right.rows * count);
      if (transpose) {
        order.forEach((column, j) => z.set(row(B, column), j * count));
        kernels.applyQ(right, z, count, true);
        kernels.solveTriangular(right.qr, rank, z, count, {lower: false});
        const y = kernels.vector(left.rows * count);
        y.set(z.subarray(0, size));
        kernels.applyQ(left, y, count, false);
        X.set(y);
        return;
      }
      kernels.applyQ(left, B, count, true);
      kernels.solveTriangular(right.qr, rank, B, count, {lower: false, transpose: true});
      z.set(B.subarray(0, size));
      kernels.applyQ(right, z, count, false);
      order.forEach((column, j) => X.set(row(z, j), column * count));
    });
  }
}
