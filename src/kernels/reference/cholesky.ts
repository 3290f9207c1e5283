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
    let j = 0;
    // Four dot products at once: independent sums keep the processor busy.
    for (; j + 4 <= i; j += 4) {
      const r0 = offset + j * stride;
      const r1 = r0 + stride;
      const r2 = r1 + stride;
      const r3 = r2 + stride;
      let s0 = a[rowI + j];
      let s1 = a[rowI + j + 1];
      let s2 = a[rowI + j + 2];
      let s3 = a[rowI + j + 3];
      for (let k = 0; k < j; k++) {
        const value = a[rowI + k];
        s0 -= value * a[r0 + k];
        s1 -= value * a[r1 + k];
        s2 -= value * a[r2 + k];
        s3 -= value * a[r3 + k];
      }
      s0 /= a[r0 + j];
      s1 = (s1 - s0 * a[r1 + j]) / a[r1 + j + 1];
      s2 = (s2 - s0 * a[r2 + j] - s1 * a[r2 + j + 1]) / a[r2 + j + 2];
      s3 = (s3 - s0 * a[r3 + j] - s1 * a[r3 + j + 1] - s2 * a[r3 + j + 2]) / a[r3 + j + 3];
      a[rowI + j] = s0;
      a[rowI + j + 1] = s1;
      a[rowI + j + 2] = s2;
      a[rowI + j + 3] = s3;
    }
    for (; j < i; j++) {
      const rowJ = offset + j * stride;
      let sum = a[rowI + j];
      for (let k = 0; k < j; k++) sum -= a[rowI + k] * a[rowJ + k];
      a[rowI + j] = sum / a[rowJ + j];
    }
    let pivot = a[rowI + i];
    for (let k = 0; k < i; k++) pivot -= a[rowI + k] * a[rowI + k];
    if (!(pivot > 0) || pivot === Infinity) return i;
    a[rowI + i] = Math.sqrt(pivot);
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
