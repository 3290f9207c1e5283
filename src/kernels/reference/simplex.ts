/** @file Euclidean projection of a row onto the scaled probability simplex, f64. */

/**
 * out = argmin ‖y − x‖² subject to y ≥ 0, Σy = scale, for x[start … start + n).
 *
 * The threshold τ with Σ max(x − τ, 0) = scale is found by Michelot's method (1986): averages over a shrinking set of
 * candidates; each pass is linear and the set only shrinks.
 */
export function projectSimplex(
  x: ArrayLike<number>,
  start: number,
  n: number,
  scale: number,
  out: Float32Array | Float64Array,
): void {
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
