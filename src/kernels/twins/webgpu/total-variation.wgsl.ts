/** @file WGSL: total-variation denoising of rows, with one thread per row. */
import type {Area, Routine} from './run-problems.js';

/**
 * argmin_y ½‖y − x‖² + λ Σ|yᵢ₊₁ − yᵢ|.
 *
 * @see Johnson 2013, and `algorithms/rows/total-variation.ts`, which explains the knots.
 */
export const totalVariationRoutine: Routine = {
  name: 'total variation',
  code: () => `
fn solve() {
  let weight = given_weight(0);
  var first = $n;
  var last = $n - 1;
  var leftSlope = 1f;
  var leftOffset = -given_x(0);
  var rightSlope = 1f;
  var rightOffset = leftOffset;
  for (var i = 0; i < $n; i++) {
    let bound = select(weight, 0f, i == $n - 1);
    loop {
      if (first > last) { break; }
      if (!(leftSlope * rd($at, first) + leftOffset < -bound)) { break; }
      leftSlope += rd($slope, first);
      leftOffset += rd($offset, first);
      first++;
    }
    wr($low, i, (-bound - leftOffset) / leftSlope);
    if (i == $n - 1) { break; }
    loop {
      if (first > last) { break; }
      if (!(rightSlope * rd($at, last) + rightOffset > weight)) { break; }
      rightSlope -= rd($slope, last);
      rightOffset -= rd($offset, last);
      last--;
    }
    wr($high, i, (weight - rightOffset) / rightSlope);
    first--;
    wr($at, first, rd($low, i));
    wr($slope, first, leftSlope);
    wr($offset, first, leftOffset + weight);
    last++;
    wr($at, last, rd($high, i));
    wr($slope, last, -rightSlope);
    wr($offset, last, weight - rightOffset);
    leftSlope = 1f;
    leftOffset = -given_x(i + 1) - weight;
    rightSlope = 1f;
    rightOffset = -given_x(i + 1) + weight;
  }
  var value = rd($low, $n - 1);
  wr($y, $n - 1, value);
  for (var i = $n - 2; i >= 0; i--) {
    value = min(max(value, rd($low, i)), rd($high, i));
    wr($y, i, value);
  }
}
`,
};

export function totalVariationAreas(n: number): Record<string, Area> {
  return {
    at: {size: 2 * n},
    slope: {size: 2 * n},
    offset: {size: 2 * n},
    low: {size: n},
    high: {size: n},
    y: {size: n},
  };
}
