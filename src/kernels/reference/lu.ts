/** @file LU factorisation with partial pivoting of a dense matrix, f64, in place. */

export interface LU {
  n: number;
  /** L below the diagonal (unit diagonal not stored), U on and above it, rows permuted. */
  lu: Float64Array;
  /** Row i of P A is row pivots[i] of A. */
  pivots: Int32Array;
  /** Whether a pivot was zero, or so small that the factors are worthless in double precision. */
  singular: boolean;
}

/** Pivots up to this size are rounding; NaN or infinite if an entry is. */
export function pivotThreshold(a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n * n; i++) largest = Math.max(largest, Math.abs(a[i]));
  return largest * n * 2 ** -52;
}

/** Factors the row-major n×n matrix `a`, which is overwritten: P A = L U. */
export function luInPlace(a: Float64Array, n: number): LU {
  const pivots = Int32Array.from({length: n}, (_, i) => i);
  const threshold = pivotThreshold(a, n);
  let singular = !(threshold < Infinity) && n > 0;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[p * n + k])) p = i;
    if (!(Math.abs(a[p * n + k]) > threshold)) {
      singular = true;
      continue;
    }
    if (p !== k) {
      for (let j = 0; j < n; j++) [a[k * n + j], a[p * n + j]] = [a[p * n + j], a[k * n + j]];
      [pivots[k], pivots[p]] = [pivots[p], pivots[k]];
    }
    const inverse = 1 / a[k * n + k];
    for (let i = k + 1; i < n; i++) {
      const factor = (a[i * n + k] *= inverse);
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return {n, lu: a, pivots, singular};
}

/** x with A x = b, or Aᵀ x = b. */
export function luSolve({n, lu, pivots}: LU, b: Float64Array, transpose = false): Float64Array {
  const x = new Float64Array(n);
  if (!transpose) {
    for (let i = 0; i < n; i++) {
      let sum = b[pivots[i]];
      for (let j = 0; j < i; j++) sum -= lu[i * n + j] * x[j];
      x[i] = sum;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i];
      for (let j = i + 1; j < n; j++) sum -= lu[i * n + j] * x[j];
      x[i] = sum / lu[i * n + i];
    }
    return x;
  }
  const y = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    y[i] /= lu[i * n + i];
    for (let j = i + 1; j < n; j++) y[j] -= lu[i * n + j] * y[i];
  }
  for (let i = n - 1; i >= 0; i--) for (let j = 0; j < i; j++) y[j] -= lu[i * n + j] * y[i];
  for (let i = 0; i < n; i++) x[pivots[i]] = y[i];
  return x;
}
