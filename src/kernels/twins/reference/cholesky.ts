/** @file Cholesky factorisation of a dense symmetric matrix in f64, in place. */

/** @see MatrixKernels.choleskyInPlace */
export function choleskyInPlace(a: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      let sum = a[row + j];
      for (let k = 0; k < j; k++) sum -= a[row + k] * a[j * n + k];
      a[row + j] = sum / a[j * n + j];
    }
    const entry = a[row + i];
    let pivot = entry;
    for (let k = 0; k < i; k++) pivot -= a[row + k] ** 2;
    if (!(pivot > entry * n * 2 ** -52) || pivot === Infinity) return i;
    a[row + i] = Math.sqrt(pivot);
    a.fill(0, row + i + 1, row + n);
  }
  return -1;
}
