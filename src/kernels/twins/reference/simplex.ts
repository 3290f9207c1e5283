/** @file Euclidean projection of float32 rows onto scaled probability simplices in plain TypeScript. Sums are in f64. */
import type {Floats} from '../../contracts/vectors.js';
import type {SimplexRows} from '../../contracts/rows.js';

export const referenceSimplexRows: SimplexRows = {
  project(x, rows, n, scale, out) {
    for (let i = 0; i < rows; i++) projectSimplex(x, i * n, n, scale[i], out);
  },

  /** The product of the symmetric Jacobian with dy: on the support of y, dy minus its mean there. */
  gradient(y, dy, rows, n, dx, mean) {
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      let count = 0;
      for (let j = i * n; j < (i + 1) * n; j++) {
        if (!(y[j] > 0)) continue;
        sum += dy[j];
        count++;
      }
      const average = sum / Math.max(count, 1);
      mean[i] = average;
      for (let j = i * n; j < (i + 1) * n; j++) dx[j] = y[j] > 0 ? dy[j] - average : 0;
    }
  },
};

/**
 * out = argmin ‖y − x‖² subject to y ≥ 0, Σy = scale, for x[start … start + n). An entry of −∞ is excluded.
 *
 * The threshold τ with Σ max(x − τ, 0) = scale is found by Michelot's method (1986), which averages over a shrinking set of candidates.
 * Each pass is linear. Everything is measured from the largest entry, so that the size of that entry cancels.
 */
function projectSimplex(x: Floats, start: number, n: number, scale: number, out: Floats): void {
  let largest = -Infinity;
  let bad = !(scale >= 0);
  for (let i = start; i < start + n; i++) {
    if (!(x[i] < Infinity)) bad = true;
    else if (x[i] > largest) largest = x[i];
  }
  if (bad || largest === -Infinity) {
    out.fill(bad ? NaN : 0, start, start + n);
    return;
  }
  let count = 0;
  let threshold = -scale;
  for (;;) {
    let next = 0;
    let sum = 0;
    for (let i = start; i < start + n; i++) {
      const value = x[i] - largest;
      if (!(value > threshold)) continue;
      next++;
      sum += value;
    }
    // Rounding could add entries again that were dropped; the set must only shrink.
    if (next === 0 || (count > 0 && next >= count)) break;
    count = next;
    threshold = (sum - scale) / count;
  }
  for (let i = start; i < start + n; i++) out[i] = Math.max(x[i] - largest - threshold, 0);
}
