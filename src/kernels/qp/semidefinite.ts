/** @file Positive semidefiniteness as far as f32 data can have it. */
import {choleskyInPlace} from '../cholesky.js';
import {maxAbs} from './vectors.js';

/** Shifts of the diagonal that are tried, relative to the largest entry; the last is what f32 rounding may need. */
const SHIFTS = [1e-12, 1e-8, 1e-7, 1e-6];

/**
 * Whether the symmetric n×n matrix P is positive semidefinite, but for f32 rounding. What rounding made negative (a product
 * LLᵀ of low rank has such eigenvalues) is lifted in place, by at most 1e-6 of the largest entry.
 */
export function liftToSemidefinite(P: Float64Array, n: number): boolean {
  const largest = maxAbs(P);
  if (largest === 0) return true;
  for (const relative of SHIFTS) {
    const shift = relative * largest;
    const shifted = P.slice();
    for (let i = 0; i < n; i++) shifted[i * n + i] += shift;
    if (choleskyInPlace(shifted, n) >= 0) continue;
    if (relative > SHIFTS[0]) for (let i = 0; i < n; i++) P[i * n + i] += shift;
    return true;
  }
  return false;
}

/** Whether P is symmetric, but for f32 rounding. */
export function isSymmetric(P: Float64Array, n: number): boolean {
  const allowed = 1e-5 * maxAbs(P);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) if (Math.abs(P[i * n + j] - P[j * n + i]) > allowed) return false;
  }
  return true;
}

/** P ← ½(P + Pᵀ). */
export function symmetrize(P: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (P[i * n + j] + P[j * n + i]) / 2;
      P[i * n + j] = mean;
      P[j * n + i] = mean;
    }
  }
}
