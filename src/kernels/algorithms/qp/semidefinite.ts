/** @file Tests for positive semidefiniteness, as accurately as f32 data allow. */
import {ASYMMETRY, LIFTS} from '../../contracts/qp-limits.js';
import {paddedStride, type DenseKernels, type Vector} from '../../contracts/dense.js';
import {maxAbs} from './vectors.js';

export class SemidefiniteLift {
  private readonly units: Vector;
  private readonly shifted: Vector;
  private readonly inverse: Vector;

  /** Allocates room for matrices [n, n]. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly n: number,
  ) {
    const stride = paddedStride(n);
    this.units = dense.vector(n);
    this.shifted = dense.vector(stride * stride);
    this.inverse = dense.vector(n);
  }

  /**
   * By how much the diagonal of the symmetric n×n matrix P must grow, relative to each of its entries, for P to be positive semidefinite.
   * The result is zero, or at most 1e-6 to cover eigenvalues that rounding made negative (a product LLᵀ of low rank has such eigenvalues).
   * It is `null` if that is not enough. Each variable is judged in its own units.
   */
  of(P: Vector): number | null {
    const {dense, n, units, shifted, inverse} = this;
    for (let j = 0; j < n; j++) {
      const entry = P[j * n + j];
      units[j] = entry > 0 ? 1 / Math.sqrt(entry) : 0;
    }
    // If a variable has no curvature of its own, or a negative one, its row must be zero.
    for (let j = 0; j < n; j++) {
      if (units[j] === 0 && maxAbs(P.subarray(j * n, (j + 1) * n)) > 0) return null;
    }
    const stride = paddedStride(n);
    for (const lift of LIFTS) {
      dense.scaleUpper(P, n, units, shifted, stride);
      for (let i = 0; i < n; i++) shifted[i * stride + i] += lift;
      if (dense.signedCholesky(shifted, n, stride, n, inverse) < 0) return lift > LIFTS[0] ? lift : 0;
    }
    return null;
  }
}

/** P ← ½(P + Pᵀ). @returns Whether P was finite and symmetric up to f32 rounding. */
export function symmetrize(dense: DenseKernels, P: Vector, n: number): boolean {
  const difference = dense.symmetrize(P, n);
  return difference === 0 || difference <= ASYMMETRY * maxAbs(P);
}
