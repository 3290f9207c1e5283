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
    const row = i * n;
    let s0 = x[xOffset + i];
    let s1 = 0;
    let k = 0;
    for (; k + 2 <= i; k += 2) {
      s0 -= l[row + k] * x[xOffset + k];
      s1 -= l[row + k + 1] * x[xOffset + k + 1];
    }
    if (k < i) s0 -= l[row + k] * x[xOffset + k];
    x[xOffset + i] = (s0 + s1) / l[row + i];
  }
}

/** X ← L⁻¹ X for the `count` right-hand sides that are the rows of X [count, n]; four at once. */
export function forwardSubstituteRows(l: Float64Array, n: number, X: Float64Array, count: number): void {
  let r = 0;
  for (; r + 4 <= count; r += 4) {
    const x0 = r * n;
    const x1 = x0 + n;
    const x2 = x1 + n;
    const x3 = x2 + n;
    for (let i = 0; i < n; i++) {
      const row = i * n;
      let s0 = X[x0 + i];
      let s1 = X[x1 + i];
      let s2 = X[x2 + i];
      let s3 = X[x3 + i];
      for (let k = 0; k < i; k++) {
        const value = l[row + k];
        s0 -= value * X[x0 + k];
        s1 -= value * X[x1 + k];
        s2 -= value * X[x2 + k];
        s3 -= value * X[x3 + k];
      }
      const inverse = 1 / l[row + i];
      X[x0 + i] = s0 * inverse;
      X[x1 + i] = s1 * inverse;
      X[x2 + i] = s2 * inverse;
      X[x3 + i] = s3 * inverse;
    }
  }
  for (; r < count; r++) forwardSubstitute(l, n, X, r * n);
}

/** The lower triangle of V Vᵀ for the rows of V [count, n], into S [count, count]; four dot products at once. */
export function gramOfRows(V: Float64Array, count: number, n: number, S: Float64Array): void {
  for (let k = 0; k < count; k++) {
    const a = k * n;
    let l = 0;
    for (; l + 4 <= k + 1; l += 4) {
      const b0 = l * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let j = 0; j < n; j++) {
        const value = V[a + j];
        s0 += value * V[b0 + j];
        s1 += value * V[b1 + j];
        s2 += value * V[b2 + j];
        s3 += value * V[b3 + j];
      }
      S[k * count + l] = s0;
      S[k * count + l + 1] = s1;
      S[k * count + l + 2] = s2;
      S[k * count + l + 3] = s3;
    }
    for (; l <= k; l++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += V[a + j] * V[l * n + j];
      S[k * count + l] = sum;
    }
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
