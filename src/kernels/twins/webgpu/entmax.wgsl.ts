/** @file WGSL: entmax and normmax of rows, with one thread per row. */
import type {Area, Routine} from './run-problems.js';

/**
 * `$kind` is 0 for entmax and 1 for normmax; `given_excess` is α − 1.
 *
 * @see `algorithms/rows/entmax.ts` for the equations. They are solved by bisection here.
 */
export const entmaxRoutine: Routine = {
  name: 'entmax',
  code: () => `
fn masked(a: f32) -> bool { return bitcast<u32>(a) == 0xFF800000u; }
fn power(a: f32, e: f32) -> f32 { return select(0f, exp(e * log(a)), a > 0); }
fn log_of_sum(u: f32) -> f32 {
  if (abs(u) > 0.1) { return log(1 + u); }
  return u * (1 + u * (-1f / 2 + u * (1f / 3 + u * (-1f / 4 + u * (1f / 5 + u * (-1f / 6 + u / 7))))));
}
// (1 + δz·unit)^{1/δ}, down to δ = 0.
fn stretched(z: f32, unit: f32, excess: f32) -> f32 {
  let u = excess * z * unit;
  if (u <= -1) { return 0; }
  if (abs(u) < 1e-20) { return exp(z * unit); }
  return exp(z * unit * (log_of_sum(u) / u));
}
fn weight(gap: f32, excess: f32) -> f32 {
  if ($kind == 1) { return power(gap, 1 + 1 / excess); }
  return power(excess * gap, 1 / excess);
}
fn term(t: f32, gap: f32, excess: f32) -> f32 {
  if ($kind == 1) { return power(t + gap, 1 + 1 / excess); }
  if (gap == 0) { return t; }
  return power(power(t, excess) + excess * gap, 1 / excess);
}
fn solve() {
  let excess = given_excess(0);
  var bad = !finite(excess) || excess < 0 || ($kind == 1 && excess == 0);
  var top = -3.4028234e38;
  var count = 0f;
  for (var i = 0; i < $n; i++) {
    let value = given_x(i);
    if (finite(value)) {
      top = max(top, value);
      count += 1;
    } else if (!masked(value)) {
      bad = true;
    }
  }
  for (var i = 0; i < $n; i++) { wr($y, i, select(0f, uniforms.NAN, bad)); }
  if (bad || count == 0) { return; }
  var low = 0f;
  var high = 1f;
  var total_of = 0f;
  if ($kind == 0 && excess <= 1) {
    low = -log(count);
    high = 0;
    for (var k = 0; k < 40; k++) {
      let middle = 0.5 * (low + high);
      let unit = exp(-excess * middle);
      var s = 0f;
      for (var i = 0; i < $n; i++) {
        let value = given_x(i);
        if (finite(value)) { s += stretched(value - top, unit, excess); }
      }
      if (s * exp(middle) < 1) { low = middle; } else { high = middle; }
    }
    let unit = exp(-excess * high);
    for (var i = 0; i < $n; i++) {
      let value = given_x(i);
      if (!finite(value)) { continue; }
      let p = stretched(value - top, unit, excess);
      total_of += p;
      wr($y, i, p);
    }
  } else {
    // The support, from the largest entry down.
    var least = top;
    loop {
      var next = -3.4028234e38;
      var found = false;
      for (var i = 0; i < $n; i++) {
        let value = given_x(i);
        if (finite(value) && value < least && value >= next) {
          next = value;
          found = true;
        }
      }
      if (!found) { break; }
      var s = 0f;
      for (var i = 0; i < $n; i++) {
        let value = given_x(i);
        if (finite(value) && value > next) { s += weight(value - next, excess); }
      }
      if (!(s < 1)) { break; }
      least = next;
    }
    for (var k = 0; k < 60; k++) {
      let middle = 0.5 * (low + high);
      var s = 0f;
      for (var i = 0; i < $n; i++) {
        let value = given_x(i);
        if (finite(value) && value >= least) { s += term(middle, value - least, excess); }
      }
      if (s < 1) { low = middle; } else { high = middle; }
    }
    for (var i = 0; i < $n; i++) {
      let value = given_x(i);
      if (!finite(value) || value < least) { continue; }
      var p = term(high, value - least, excess);
      if ($kind == 1) {
        let whole = high + (top - least);
        let u = (value - top) / whole;
        p = exp(select(log((high + (value - least)) / whole), log_of_sum(u), u > -0.5) / excess);
      }
      total_of += p;
      wr($y, i, p);
    }
  }
  for (var i = 0; i < $n; i++) { wr($y, i, rd($y, i) / total_of); }
}
`,
};

export function entmaxAreas(n: number): Record<string, Area> {
  return {y: {size: n}};
}
