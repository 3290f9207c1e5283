/** @file Sets entries of a solution to zero that are zero but for rounding, before they are rounded to f32. */
import type {DenseKernels, Vector} from '../dense.js';
import type {Certificate} from './certificate.js';
import {isBound, type Problem} from './types.js';

/** An entry is rounding if its term is below this part of the terms of every row and variable that it stands in: of f32, of f64. */
export const ROUNDING_32 = 1e-8;
export const ROUNDING_64 = 1e-13;

/**
 * Clears such entries of x and y in place. A row (or variable) whose terms are all of this kind has no size: its own entries
 * cannot say that they matter, so sizes start from the given numbers, q and d, and travel from there.
 *
 * @param certificate Measured at (x, y): its terms are used.
 */
export function clearRounding(
  dense: DenseKernels,
  problem: Problem<Vector>,
  {columnTerms, rowTerms, multipliers}: Certificate,
  x: Vector,
  y: Vector,
  negligible: number,
): void {
  const {n, P, q, C, d} = problem;
  const rows = d.length;
  dense.scope(() => {
    // In most problems every entry matters beside a number that was given.
    const sizes = dense.vector(Math.max(n, rows));
    const weights = dense.vector(Math.max(n, rows));
    const ofX = dense.vector(n);
    const ofY = dense.vector(rows);
    const unused = dense.vector(Math.max(n, rows));
    const [xs, ys] = [dense.vector(n), dense.vector(rows)];
    for (let j = 0; j < n; j++) {
      xs[j] = Math.abs(x[j]);
      weights[j] = q[j] !== 0 ? 1 / columnTerms[j] : 0;
    }
    for (let i = 0; i < rows; i++) {
      ys[i] = Math.abs(y[i]);
      sizes[i] = d[i] !== 0 && isBound(d[i]) ? 1 / rowTerms[i] : 0;
    }
    const doubtful = (values: Vector, parts: Vector) => {
      for (let i = 0; i < values.length; i++) if (values[i] !== 0 && !(parts[i] > negligible)) return true;
      return false;
    };
    dense.scaledMaxima(P, n, n, weights, xs, unused, ofX);
    if (doubtful(x, ofX)) dense.scaledMaxima(C, rows, n, sizes, xs, unused, ofX);
    // The certificate has the parts in the terms of all variables: the same, if each has a cost.
    const hasCosts = !q.some((value) => value === 0);
    if (!hasCosts) dense.scaledMaxima(C, rows, n, ys, weights, ofY, unused);
    if (!doubtful(x, ofX) && !doubtful(y, hasCosts ? multipliers : ofY)) return;
    const [keepX, keepY] = followSizes(problem, {columnTerms, rowTerms}, xs, ys, negligible);
    for (let j = 0; j < n; j++) if (!keepX[j]) x[j] = 0;
    for (let i = 0; i < rows; i++) if (!keepY[i]) y[i] = 0;
  });
}

/** Which entries matter, starting from the rows and variables whose own number is not zero. */
function followSizes(
  {n, P, q, C, d}: Problem<Vector>,
  {columnTerms, rowTerms}: Pick<Certificate, 'columnTerms' | 'rowTerms'>,
  xs: Vector,
  ys: Vector,
  negligible: number,
): [Uint8Array, Uint8Array] {
  const rows = d.length;
  const keepX = new Uint8Array(n);
  const keepY = new Uint8Array(rows);
  const columnHasSize = Array.from(q, (value) => value !== 0);
  const rowHasSize = Array.from(d, (value) => value !== 0 && isBound(value));
  for (let changed = true; changed;) {
    changed = false;
    for (let j = 0; j < n; j++) {
      if (!columnHasSize[j]) continue;
      const least = negligible * columnTerms[j];
      for (let k = 0; k < n; k++) {
        if (!keepX[k] && Math.abs(P[j * n + k]) * xs[k] > least) keepX[k] = 1;
      }
      for (let i = 0; i < rows; i++) {
        if (!keepY[i] && Math.abs(C[i * n + j]) * ys[i] > least) keepY[i] = 1;
      }
    }
    for (let i = 0; i < rows; i++) {
      if (!rowHasSize[i]) continue;
      const least = negligible * rowTerms[i];
      for (let k = 0; k < n; k++) {
        if (!keepX[k] && Math.abs(C[i * n + k]) * xs[k] > least) keepX[k] = 1;
      }
    }
    // A row gets a size from an entry that matters elsewhere.
    for (let j = 0; j < n; j++) {
      if (columnHasSize[j]) continue;
      let has = false;
      for (let k = 0; k < n && !has; k++) has = keepX[k] === 1 && P[j * n + k] !== 0 && xs[k] > 0;
      for (let i = 0; i < rows && !has; i++) has = keepY[i] === 1 && C[i * n + j] !== 0 && ys[i] > 0;
      if (has) changed = columnHasSize[j] = true;
    }
    for (let i = 0; i < rows; i++) {
      if (rowHasSize[i] || !isBound(d[i])) continue;
      let has = false;
      for (let k = 0; k < n && !has; k++) has = keepX[k] === 1 && C[i * n + k] !== 0 && xs[k] > 0;
      if (has) changed = rowHasSize[i] = true;
    }
  }
  return [keepX, keepY];
}
