/** @file Cholesky factorisation of a dense symmetric matrix, f64, in place. */

/**
 * Overwrites the lower triangle of the n×n matrix at `a[offset…]` (row-major, row length `stride`) by L with A = L Lᵀ.
 * The upper triangle is neither read nor written.
 *
 * @returns The row at which a pivot was not positive, or −1 when all went well.
 */
export function choleskyInPlace(a: Float64Array, n: number, offset = 0, stride = n): number {
  for (let i = 0; i < n; i++) {
    const rowI = offset + i * stride;
    for (let j = 0; j <= i; j++) {
      const rowJ = offset + j * stride;
      let sum = a[rowI + j];
      for (let k = 0; k < j; k++) sum -= a[rowI + k] * a[rowJ + k];
      if (j < i) {
        a[rowI + j] = sum / a[rowJ + j];
      } else {
        if (!(sum > 0) || sum === Infinity) return i;
        a[rowI + i] = Math.sqrt(sum);
      }
    }
  }
  return -1;
}

/** x ← L⁻¹ x. */
export function forwardSubstitute(l: Float64Array, n: number, x: Float64Array, xOffset = 0): void {
  for (let i = 0; i < n; i++) {
    let sum = x[xOffset + i];
    const row = i * n;
    for (let k = 0; k < i; k++) sum -= l[row + k] * x[xOffset + k];
    x[xOffset + i] = sum / l[row + i];
  }
}

/** x ← L⁻ᵀ x. Runs along rows of L, which lie together in memory. */
export function backSubstituteTransposed(l: Float64Array, n: number, x: Float64Array, xOffset = 0): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const value = x[xOffset + i] / l[row + i];
    x[xOffset + i] = value;
    for (let k = 0; k < i; k++) x[xOffset + k] -= l[row + k] * value;
  }
}
