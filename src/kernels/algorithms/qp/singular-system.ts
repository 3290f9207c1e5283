/** @file A KKT system whose rows depend on each other: its least-squares solution of least norm, by a singular value decomposition. */
import type {Vector} from '../../contracts/dense.js';
import {minimumNormSolve, svd, type SVD} from '../linalg/svd.js';

export class SingularSystem implements LeastNorm {
  private decomposition: {svd: SVD; rows: number[]} | null = null;

  /** P is [n, n], C is [rows, n]. */
  constructor(
    private readonly n: number,
    private readonly P: Vector,
    private readonly C: Vector,
  ) {}

  forget(): void {
    this.decomposition = null;
  }

  solve(w: Float64Array, f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void {
    const {n} = this;
    const {rows, svd: factors} = (this.decomposition ??= this.decompose(w));
    const rhs = new Float64Array(n + rows.length);
    rhs.set(f);
    rows.forEach((row, k) => (rhs[n + k] = g[row]));
    const u = minimumNormSolve(factors, rhs);
    x.set(u.subarray(0, n));
    y.fill(0);
    rows.forEach((row, k) => (y[row] = u[n + k]));
  }

  private decompose(w: Float64Array): {svd: SVD; rows: number[]} {
    const {n, P, C} = this;
    const rows = Array.from({length: w.length}, (_, i) => i).filter((i) => w[i] < Infinity);
    const size = n + rows.length;
    const K = new Float64Array(size * size);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) K[i * size + j] = P[i * n + j];
    rows.forEach((row, k) => {
      K[(n + k) * size + n + k] = -w[row];
      for (let j = 0; j < n; j++) {
        K[(n + k) * size + j] = C[row * n + j];
        K[j * size + n + k] = C[row * n + j];
      }
    });
    return {svd: svd(K, size), rows};
  }
}

/** Solves [P Cᵀ; C −W] (x, y) = (f, g), over the rows with w < Infinity, in the sense of least squares, with the solution of least norm. */
export interface LeastNorm {
  /** Call this when the matrix has changed. */
  forget(): void;
  /** Writes x and y. */
  solve(w: Float64Array, f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void;
}
