/** @file Row and column scaling by powers of two, so that singularity does not depend on units. */

export interface Scaling {
  /** Row i was multiplied by 2^−rows[i]. */
  rows: Int32Array;
  /** Column j was multiplied by 2^−columns[j]. */
  columns: Int32Array;
}

/**
 * Scales the n×n matrix `a` in place, without rounding. Afterwards the largest entry of each column lies in [1, 2), and so does the largest
 * entry of each row, as far as the columns allow.
 */
export function scaleInPlace(a: Float64Array, n: number, {rows, columns}: Scaling): void {
  for (let i = 0; i < n; i++) {
    let largest = 0;
    for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(a[i * n + j]));
    rows[i] = exponent(largest);
    const factor = 2 ** -rows[i];
    for (let j = 0; j < n; j++) a[i * n + j] *= factor;
  }
  for (let j = 0; j < n; j++) {
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(a[i * n + j]));
    columns[j] = exponent(largest);
    const factor = 2 ** -columns[j];
    for (let i = 0; i < n; i++) a[i * n + j] *= factor;
  }
}

/** Multiplies row i of X [n, columns] by 2^−exponents[i]. */
export function scaleRows(X: Float64Array, columns: number, exponents: Int32Array): void {
  exponents.forEach((exponent, i) => {
    const factor = 2 ** -exponent;
    for (let c = i * columns; c < (i + 1) * columns; c++) X[c] *= factor;
  });
}

/** Computes x·2^exponent, even if 2^exponent alone is out of range. */
export function timesPowerOfTwo(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x === 0 ? 0 : x * 2 ** half * 2 ** (exponent - half);
}

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/**
 * ⌊log₂ x⌋ for a normal number x > 0, and 0 for 0. The result is at most 1022, so that its negative is the exponent of a normal number,
 * too.
 */
function exponent(x: number): number {
  if (x === 0) return 0;
  double[0] = x;
  return Math.min(((words[1] >> 20) & 0x7ff) - 1023, 1022);
}
