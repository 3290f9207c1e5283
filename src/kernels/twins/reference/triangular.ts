/** @file Substitution with a dense triangular matrix for several right-hand sides in f64, in place. */
import type {Triangular} from '../../contracts/matrices.js';

/**
 * X ← T⁻¹ X, or T⁻ᵀ X, for X [n, columns], where T is the leading n×n block of `t`. Both are row-major; the row length of t is `stride`.
 */
export function solveTriangular(
  t: Float64Array,
  n: number,
  X: Float64Array,
  columns: number,
  {lower, transpose = false, unitDiagonal = false}: Triangular,
  stride = n,
): void {
  const forward = lower !== transpose;
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    const row = i * stride;
    // The off-diagonal part of row i: unknowns that are already known or, if transposed, unknowns that are not yet known.
    const from = lower ? 0 : i + 1;
    const to = lower ? i : n;
    if (!transpose) for (let j = from; j < to; j++) subtractRow(X, i, j, t[row + j], columns);
    if (!unitDiagonal) {
      const pivot = t[row + i];
      for (let c = i * columns; c < (i + 1) * columns; c++) X[c] /= pivot;
    }
    if (transpose) for (let j = from; j < to; j++) subtractRow(X, j, i, t[row + j], columns);
  }
}

/** Subtracts `factor` times row `source` from row `target`. */
function subtractRow(X: Float64Array, target: number, source: number, factor: number, columns: number): void {
  if (factor === 0) return;
  const to = target * columns;
  const from = source * columns;
  for (let c = 0; c < columns; c++) X[to + c] -= factor * X[from + c];
}
