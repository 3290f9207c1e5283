/**
 * @file WGSL: a sparse code by coordinate descent, on the residual x − D z in doubles.
 *
 * As in `reference/coding.ts`, sweeps over all entries alternate with sweeps over the entries that are not zero.
 */
import type {Area, Routine} from './run-problems.js';

const INNER = 20;
/** Codes are computed to this fraction of the tolerance. They are then as accurate as f32 can store. */
const DEEPER = 1e-3;

export function sparseCodeAreas(width: number, n: number): Record<string, Area> {
  return {
    r: {size: width, double: true},
    code: {size: n, double: true},
    curvature: {size: n, double: true},
    z: {size: n},
    status: {size: 1},
    iterations: {size: 1},
    residual: {size: 1},
  };
}

export const sparseCodeRoutine: Routine = {
  name: 'sparse code',
  code: () => `
// By its bits: a compiler may assume that no number is NaN.
fn is_nan(a: f32) -> bool { return (bitcast<u32>(a) & 0x7FFFFFFFu) > 0x7F800000u; }
// The larger one; NaN once there was one.
fn larger_of(a: f32, b: f32) -> f32 { return select(select(max(a, b), b, is_nan(b)), a, is_nan(a)); }
fn soft(a: D, threshold: f32) -> D {
  if (is_nan(a.x)) { return a; }
  let over = sub(a, wide(threshold));
  if (over.x > 0) { return over; }
  let under = add(a, wide(threshold));
  if ($non_negative == 0 && under.x < 0) { return under; }
  return D(0, 0);
}
fn slope(j: i32) -> D {
  var s = D(0, 0);
  for (var i = lane; i < $width; i += LANES) { s = gather(s, given_dictionary(i * $n + j), rdd($r, i)); }
  return total(quick(s.x, s.y));
}
fn solve() {
  var square = 0f;
  for (var i = 0; i < $width; i++) { square += given_x(i) * given_x(i); }
  let size = sqrt(square);
  let goal = ${DEEPER} * $tolerance;
  for (var j = lane; j < $n; j += LANES) {
    wrd($code, j, wide(given_start(j)));
    var s = D(0, 0);
    for (var i = 0; i < $width; i++) {
      let a = given_dictionary(i * $n + j);
      s = gather(s, a, wide(a));
    }
    wrd($curvature, j, quick(s.x, s.y));
  }
  for (var i = lane; i < $width; i += LANES) {
    var s = wide(given_x(i));
    for (var j = 0; j < $n; j++) { s = gather(s, -given_dictionary(i * $n + j), wide(given_start(j))); }
    wrd($r, i, quick(s.x, s.y));
  }
  sync();
  var sweeps = 0;
  var inner = 0;
  var everywhere = true;
  var residual = f32(0);
  loop {
    // A sweep over all entries is followed by a look at the residual; only that ends the descent.
    var most = 0f;
    let look = inner < 0;
    for (var j = 0; j < $n; j++) {
      let before = rdd($code, j);
      if (agree(!everywhere && before.x == 0)) { continue; }
      let l1 = given_l1(j);
      let l2 = given_l2(j);
      let curvature = rdd($curvature, j);
      let denominator = add(curvature, wide(l2));
      if (agree(!look && denominator.x == 0 && l1 == 0)) { continue; }
      let g = slope(j);
      // In units of the terms that the atom's condition is the sum of.
      let terms = sqrt(curvature.x) * size + l1;
      let unit = select(1 / terms, 0f, terms == 0);
      if (agree(look)) {
        let own = sub(g, scale(before, l2));
        var violation = soft(own, l1);
        if (before.x > 0) { violation = sub(own, wide(l1)); }
        if (before.x < 0) { violation = add(own, wide(l1)); }
        most = larger_of(most, abs(violation.x) * unit);
        continue;
      }
      var next = D(0, 0);
      if (denominator.x != 0) { next = div(soft(add(g, mul(curvature, before)), l1), denominator); }
      let change = sub(next, before);
      if (agree(change.x == 0)) { continue; }
      most = larger_of(most, abs(change.x) * denominator.x * unit);
      if (lane == 0) { wrd($code, j, next); }
      for (var i = lane; i < $width; i += LANES) {
        wrd($r, i, sub(rdd($r, i), scale(change, given_dictionary(i * $n + j))));
      }
      sync();
    }
    if (agree(look)) {
      residual = most;
      if (agree(is_nan(residual) || residual <= goal || sweeps >= $max_iterations)) { break; }
      everywhere = false;
      inner = 0;
      continue;
    }
    sweeps++;
    inner++;
    if (agree(everywhere || sweeps >= $max_iterations)) {
      everywhere = true;
      inner = -1;
    } else if (agree(inner >= ${INNER} || is_nan(most) || most <= 0.1 * goal)) {
      everywhere = true;
    }
  }
  for (var j = lane; j < $n; j += LANES) { wr($z, j, rdd($code, j).x); }
  if (lane == 0) {
    wr($iterations, 0, f32(sweeps));
    wr($residual, 0, residual);
    wr($status, 0, select(select(3f, 0f, residual <= $tolerance), 4, !finite(residual)));
  }
}
`,
};
