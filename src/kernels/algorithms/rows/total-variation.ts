/** @file Total-variation denoising of rows, in plain TypeScript; computed in f64. */
import type {Floats} from '../../contracts/vectors.js';

/**
 * argmin_y ½‖y − x‖² + λ Σ|yᵢ₊₁ − yᵢ| for each row of x, by dynamic programming in O(n).
 *
 * Consider the least value that the first i entries can have, as a function of the i-th entry. Its derivative is piecewise linear and
 * increasing. It is stored as its two outermost lines and the knots between them, where slope and offset change.
 *
 * @param lambda One weight per row.
 * @see Johnson 2013, A dynamic programming algorithm for the fused lasso and ℓ0-segmentation.
 */
export function totalVariationRows(
  x: ArrayLike<number>,
  rows: number,
  n: number,
  lambda: ArrayLike<number>,
  y: Floats,
): void {
  const knots = {
    at: new Float64Array(2 * n),
    slope: new Float64Array(2 * n),
    offset: new Float64Array(2 * n),
  };
  const low = new Float64Array(n);
  const high = new Float64Array(n);
  for (let row = 0; row < rows; row++) {
    const start = row * n;
    const weight = lambda[row];
    let [first, last] = [n, n - 1];
    let left = {slope: 1, offset: -x[start]};
    let right = {...left};
    for (let i = 0; i < n - 1; i++) {
      while (first <= last && left.slope * knots.at[first] + left.offset < -weight) {
        left.slope += knots.slope[first];
        left.offset += knots.offset[first++];
      }
      low[i] = (-weight - left.offset) / left.slope;
      while (first <= last && right.slope * knots.at[last] + right.offset > weight) {
        right.slope -= knots.slope[last];
        right.offset -= knots.offset[last--];
      }
      high[i] = (weight - right.offset) / right.slope;
      first--;
      [knots.at[first], knots.slope[first], knots.offset[first]] = [low[i], left.slope, left.offset + weight];
      last++;
      [knots.at[last], knots.slope[last], knots.offset[last]] = [
        high[i],
        -right.slope,
        weight - right.offset,
      ];
      left = {slope: 1, offset: -x[start + i + 1] - weight};
      right = {slope: 1, offset: -x[start + i + 1] + weight};
    }
    while (first <= last && left.slope * knots.at[first] + left.offset < 0) {
      left.slope += knots.slope[first];
      left.offset += knots.offset[first++];
    }
    let value = -left.offset / left.slope;
    y[start + n - 1] = value;
    for (let i = n - 2; i >= 0; i--) {
      value = Math.min(Math.max(value, low[i]), high[i]);
      y[start + i] = value;
    }
  }
}
