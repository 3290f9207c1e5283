/** @file One quadratic program and its solution, in f64, as the reference solver sees them. */

/**
 * min ½ xᵀPx + qᵀx subject to (C x)ᵢ = dᵢ for i < p and (C x)ᵢ ≤ dᵢ for the m rows after them.
 *
 * Matrices are dense and row-major; P is symmetric positive semidefinite.
 */
export interface Problem {
  n: number;
  /** Equalities. */
  p: number;
  /** Inequalities. */
  m: number;
  /** [n, n]. */
  P: Float64Array;
  /** [n]. */
  q: Float64Array;
  /** [p + m, n]. */
  C: Float64Array;
  /** [p + m]. */
  d: Float64Array;
}

/** A primal–dual point: P x + q + Cᵀy = 0, y ≥ 0 and s ≥ 0 on the inequalities, s = 0 on the equalities. */
export interface Point {
  x: Float64Array;
  /** Multipliers of all rows, [p + m]. */
  y: Float64Array;
  /** d − C x, [p + m]. */
  s: Float64Array;
}

export function emptyPoint({n, p, m}: Problem): Point {
  return {x: new Float64Array(n), y: new Float64Array(p + m), s: new Float64Array(p + m)};
}

/** y += alpha·x. */
export function addScaled(y: Float64Array, alpha: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += alpha * x[i];
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The largest magnitude; NaN if an entry is NaN. */
export function maxAbs(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const value = Math.abs(a[i]);
    if (!(value <= largest)) largest = value;
  }
  return largest;
}

/** out = A x for a row-major [rows, n] matrix. */
export function multiply(A: Float64Array, x: Float64Array, out: Float64Array): void {
  const n = x.length;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    const row = i * n;
    for (let j = 0; j < n; j++) sum += A[row + j] * x[j];
    out[i] = sum;
  }
}

/** out += Aᵀ y for a row-major [rows, n] matrix. */
export function addMultiplyTransposed(A: Float64Array, y: Float64Array, out: Float64Array): void {
  const n = out.length;
  for (let i = 0; i < y.length; i++) {
    const value = y[i];
    if (value === 0) continue;
    const row = i * n;
    for (let j = 0; j < n; j++) out[j] += A[row + j] * value;
  }
}
