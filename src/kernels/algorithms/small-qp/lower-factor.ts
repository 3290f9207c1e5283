/** @file Cholesky's factorisation of small matrices, in place, and substitution. For a few rows the calls of other kernels take longer. */

/**
 * Replaces the lower triangle of A, rows of `stride` numbers, by its factor L, with the inverses of the diagonal entries on the diagonal.
 *
 * @param least The smallest allowed pivot, relative to its diagonal entry.
 * @returns False if a pivot is smaller, or NaN.
 */
export function factorLower(A: Float64Array, n: number, stride: number, least: number): boolean {
  for (let i = 0, rowI = 0; i < n; i++, rowI += stride) {
    const whole = A[rowI + i];
    let pivot = whole;
    for (let j = 0, rowJ = 0; j < i; j++, rowJ += stride) {
      const sum = (A[rowI + j] - dotOf(A, rowI, A, rowJ, j)) * A[rowJ + j];
      A[rowI + j] = sum;
      pivot -= sum * sum;
    }
    if (!(pivot > least * whole) || pivot === Infinity) return false;
    A[rowI + i] = 1 / Math.sqrt(pivot);
  }
  return true;
}

/** x ← L⁻¹x, for the n numbers of x from `start`. */
export function solveLower(L: Float64Array, n: number, stride: number, x: Float64Array, start: number): void {
  for (let i = 0, row = 0; i < n; i++, row += stride) {
    x[start + i] = (x[start + i] - dotOf(L, row, x, start, i)) * L[row + i];
  }
}

/** x ← L⁻ᵀx. */
export function solveUpper(L: Float64Array, n: number, stride: number, x: Float64Array): void {
  for (let i = n - 1, row = i * stride; i >= 0; i--, row -= stride) {
    const value = x[i] * L[row + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= L[row + k] * value;
  }
}

/** Σ aₖbₖ of `count` numbers from two places. Four sums: one would have to wait for itself in each step. */
export function dotOf(a: Float64Array, at: number, b: Float64Array, from: number, count: number): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    first += a[at + k] * b[from + k];
    second += a[at + k + 1] * b[from + k + 1];
    third += a[at + k + 2] * b[from + k + 2];
    fourth += a[at + k + 3] * b[from + k + 3];
  }
  for (; k < count; k++) first += a[at + k] * b[from + k];
  return first + second + (third + fourth);
}
