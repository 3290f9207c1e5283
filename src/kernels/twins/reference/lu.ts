/** @file LU factorisation with partial pivoting of a dense matrix in f64, in place. The matrix is scaled first. */
import type {ScaledLU} from '../../contracts/matrices.js';
import {scaleInPlace, scaleRows} from './scaling.js';
import {solveTriangular} from './triangular.js';

/** @see MatrixKernels.luInPlace */
export function luInPlace({n, lu: a, pivots, rows, columns}: ScaledLU): boolean {
  scaleInPlace(a, n, {rows, columns});
  pivots.forEach((_, i) => (pivots[i] = i));
  // Pivots up to this size count as rounding: all do where an entry is NaN or infinite, since the threshold is, too.
  const threshold = a.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0) * n * 2 ** -52;
  let regular = true;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[p * n + k])) p = i;
    if (!(Math.abs(a[p * n + k]) > threshold)) {
      regular = false;
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
  return regular;
}

/** @see MatrixKernels.solveLu */
export function solveLu(
  {n, lu, pivots, rows, columns}: ScaledLU,
  X: Float64Array,
  count: number,
  transpose: boolean,
): void {
  scaleRows(X, count, transpose ? columns : rows);
  if (transpose) {
    solveTriangular(lu, n, X, count, {lower: false, transpose});
    solveTriangular(lu, n, X, count, {lower: true, transpose, unitDiagonal: true});
  }
  const copy = X.slice();
  pivots.forEach((row, i) => {
    const [from, to] = transpose ? [i, row] : [row, i];
    X.set(copy.subarray(from * count, (from + 1) * count), to * count);
  });
  if (!transpose) {
    solveTriangular(lu, n, X, count, {lower: true, unitDiagonal: true});
    solveTriangular(lu, n, X, count, {lower: false});
  }
  scaleRows(X, count, transpose ? rows : columns);
}
