/** @file Positive semidefiniteness as far as f32 data can have it. */
import {paddedStride, type DenseKernels, type Vector} from '../dense.js';
import {maxAbs} from './vectors.js';

/** A difference of an entry and its mirror image that f32 rounding may leave, relative to the largest entry. */
const ASYMMETRY = 1e-5;
/** Shifts of the diagonal that are tried, relative to the largest entry; the last is what f32 rounding may need. */
const SHIFTS = [1e-12, 1e-8, 1e-7, 1e-6];

/**
 * Whether the symmetric n×n matrix P is positive semidefinite, but for f32 rounding. What rounding made negative (a product
 * LLᵀ of low rank has such eigenvalues) is lifted in place, by at most 1e-6 of the largest entry.
 */
export function liftToSemidefinite(dense: DenseKernels, P: Vector, n: number): boolean {
  // Of a semidefinite matrix, the largest entry is on the diagonal.
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, P[i * n + i]);
  if (largest === 0) return maxAbs(P) === 0;
  return dense.scope(() => {
    const stride = paddedStride(n);
    const shifted = dense.vector(stride * stride);
    const inverse = dense.vector(n);
    for (const relative of SHIFTS) {
      const shift = relative * largest;
      dense.copyUpper(P, n, shifted, stride, n);
      for (let i = 0; i < n; i++) shifted[i * stride + i] += shift;
      if (dense.signedCholesky(shifted, n, stride, n, inverse) >= 0) continue;
      if (relative > SHIFTS[0]) for (let i = 0; i < n; i++) P[i * n + i] += shift;
      return true;
    }
    return false;
  });
}

/** P ← ½(P + Pᵀ). @returns Whether P was finite and symmetric, but for f32 rounding. */
export function symmetrize(dense: DenseKernels, P: Vector, n: number): boolean {
  const difference = dense.symmetrize(P, n);
  return difference === 0 || difference <= ASYMMETRY * maxAbs(P);
}
