/** @file Row and column scaling by powers of two, so that what is singular does not depend on units. */

export interface Scaling {
  /** Row i was multiplied by 2^−rows[i]. */
  rows: Int32Array;
  /** Column j was multiplied by 2^−columns[j]. */
  columns: Int32Array;
}

/**
 * Scales the n×n matrix `a` in place, without rounding: the largest entry of each column, and as far as that allows of
 * each row, lies in [1, 2).
 */
export function scaleInPlace(a: Float64Array, n: number): Scaling {
  const rows = new Int32Array(n);
  const columns = new Int32Array(n);
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
  return {rows, columns};
}

/** Row i of X [n, columns] times 2^−exponents[i]. */
export function scaleRows(X: Float64Array, columns: number, exponents: Int32Array): void {
  exponents.forEach((exponent, i) => {
    const factor = 2 ** -exponent;
    for (let c = i * columns; c < (i + 1) * columns; c++) X[c] *= factor;
  });
}

/** x·2^exponent, also where 2^exponent alone is out of range. */
export function timesPowerOfTwo(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x === 0 ? 0 : x * 2 ** half * 2 ** (exponent - half);
}

/** ⌊log₂ x⌋ up to the rounding of log2, and 0 for 0. */
function exponent(x: number): number {
  return x === 0 ? 0 : Math.floor(Math.log2(x));
}
