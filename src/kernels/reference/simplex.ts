/** @file Euclidean projection of float32 rows onto scaled probability simplices, in plain TypeScript; sums in f64. */
import type {SimplexRows} from '../host/simplex-rows.js';

export const referenceSimplexRows: SimplexRows = {
  project(x, rows, n, scale, out) {
    for (let i = 0; i < rows; i++) projectSimplex(x, i * n, n, scale[i], out);
  },

  /** The Jacobian, which is symmetric, times dy: on the support of y, dy less its mean there. */
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
 * out = argmin ‖y − x‖² subject to y ≥ 0, Σy = scale, for x[start … start + n).
 *
 * The threshold τ with Σ max(x − τ, 0) = scale is found by Michelot's method (1986): averages over a shrinking set of
 * candidates; each pass is linear and the set only shrinks.
 */
function projectSimplex(x: Float32Array, start: number, n: number, scale: number, out: Float32Array): void {
  let count = n;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[start + i];
  let tau = (sum - scale) / n;
  for (;;) {
    let nextCount = 0;
    let nextSum = 0;
    for (let i = 0; i < n; i++) {
      const value = x[start + i];
      if (value > tau) {
        nextCount++;
        nextSum += value;
      }
    }
    if (nextCount === count || nextCount === 0) break;
    count = nextCount;
    tau = (nextSum - scale) / count;
  }
  for (let i = 0; i < n; i++) out[start + i] = Math.max(x[start + i] - tau, 0);
}
