/**
 * @file WGSL: reads a quadratic program, checks its matrices, and scales them.
 *
 * Equalities come first in C and d. Scales are powers of two, so the scaled numbers are as exact as the given ones: x = D x̂/β, s = ŝ/(E
 * β), y = E ŷ/(c β).
 */
import {ASYMMETRY} from '../../contracts/qp-limits.js';
import type {Area} from './run-problems.js';

const PASSES = 10;
const NO_CURVATURE = 1e-26;
/** An upper bound for the entries of a semidefinite matrix after scaling by powers of two, which makes its diagonal less than 4. */
const CONSISTENT = 4.1;

export function problemAreas(n: number, rows: number): Record<string, Area> {
  return {
    q: {size: n, double: true},
    d: {size: rows, double: true},
    D: {size: n},
    E: {size: rows},
    largest: {size: n},
    apart: {size: rows},
  };
}

/**
 * `$mode` selects the problem to solve. 0: the given problem. 1: the linear program of its constraints alone, whose Farkas ray proves that
 * no point is feasible. 2: the linear program of a ray along which the objective falls without bound: P x = 0, qᵀx = −1, A x = 0, G x ≤ 0,
 * where `$k` counts the equalities of all three kinds. The embeddings of 1 and 2 converge where the embedding of the given problem is slow.
 */
export const DATA = `
fn entry_Q(i: i32) -> f32 {
  if ($mode > 0) { return 0; }
  return given_Q(i);
}
fn entry_A(i: i32) -> f32 {
  if ($mode < 2) { return given_A(i); }
  if (i < $n * $n) { return given_Q(i); }
  if (i < $n * $n + $n) { return given_p(i - $n * $n); }
  return given_A(i - $n * $n - $n);
}
fn entry_p(i: i32) -> f32 {
  if ($mode > 0) { return 0; }
  return given_p(i);
}
fn entry_d(i: i32) -> f32 {
  if ($mode == 2) {
    // No bound stays none, along a ray too.
    if (i >= $k) {
      let h = given_h(i - $k);
      if (bitcast<u32>(h) == 0x7F800000u || h >= $no_bound) { return h; }
    }
    return select(0f, -1f, i == $n);
  }
  if (i < $k) { return given_b(i); }
  return given_h(i - $k);
}
`;

/** `entry_Q` and `entry_A` supply the entries of the matrices. */
export const MATRICES = `
// The nearest, or 2¹²⁶, whose inverse is a number still.
fn power_of_two(a: f32) -> f32 { return bitcast<f32>(min(bitcast<u32>(a * 1.41421356) & 0x7F800000u, 0x7E800000u)); }
fn read_matrices() -> bool {
  var bad = 0f;
  var asymmetry = 0f;
  var largest = 0f;
  for (var i = lane; i < $n; i += LANES) {
    for (var j = 0; j < $n; j++) {
      let a = entry_Q(i * $n + j);
      let b = entry_Q(j * $n + i);
      if (!finite(a)) { bad = 1; }
      asymmetry = max(asymmetry, abs(a - b));
      largest = max(largest, abs(a));
      wr($P, i * $n + j, 0.5 * a + 0.5 * b);
    }
  }
  for (var i = lane; i < $k * $n; i += LANES) {
    let c = entry_A(i);
    if (!finite(c)) { bad = 1; }
    wr($C, i, c);
  }
  for (var i = lane; i < $m * $n; i += LANES) {
    let c = given_G(i);
    if (!finite(c)) { bad = 1; }
    wr($C, $k * $n + i, c);
  }
  sync();
  if (agree(most(bad) > 0)) { return false; }
  return !(most(asymmetry) > ${ASYMMETRY} * most(largest));
}
// 1 if there is any, 0 if not; −1 if it is negative somewhere, or a variable without has some with others.
fn curvature() -> f32 {
  var found = 0f;
  var bad = 0f;
  for (var i = lane; i < $n; i += LANES) {
    let own = rd($P, i * $n + i);
    if (own > 0) { found = 1; } else if (own < 0) { bad = 1; }
    if (own == 0) { for (var j = 0; j < $n; j++) { if (rd($P, i * $n + j) != 0) { bad = 1; } } }
  }
  let any = most(found);
  return select(any, -1, most(bad) > 0);
}
fn largest_of_columns(source: i32, out: i32, from_row: i32, rows: i32) {
  for (var j = lane; j < $n; j += LANES) {
    var s = 0f;
    for (var i = 0; i < rows; i++) { s = max(s, abs(rd(source, i * $n + j)) * rd(from_row, i)); }
    wr(out, j, s * rd($D, j));
  }
  sync();
}
// Rows apart set no scale, and get their own at the end.
fn equilibrate() {
  var on_diagonal = 0f;
  for (var j = lane; j < $n; j += LANES) { on_diagonal = max(on_diagonal, rd($P, j * $n + j)); }
  let floor_of = ${NO_CURVATURE} * most(on_diagonal);
  var flat = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let p = rd($P, j * $n + j);
    wr($D, j, 1);
    if (p > floor_of) { wr($D, j, 1 / power_of_two(sqrt(p))); } else { flat = 1; }
  }
  for (var i = lane; i < $k + $m; i += LANES) { wr($E, i, 1); }
  sync();
  let curved = most(flat) == 0;
  // Where rounding has left an entry beside a diagonal that is too small for it, the entry says how to scale.
  largest_of_columns($P, $largest, $D, $n);
  for (var j = lane; j < $n; j += LANES) {
    if (!(rd($largest, j) > ${CONSISTENT})) { continue; }
    let before = rd($D, j);
    var d = before;
    for (var i = 0; i < $n; i++) {
      if (rd($D, i) < before) { d = min(d, 1 / (abs(rd($P, j * $n + i)) * rd($D, i))); }
    }
    wr($largest, j, -power_of_two(d));
  }
  sync();
  for (var j = lane; j < $n; j += LANES) { if (rd($largest, j) < 0) { wr($D, j, -rd($largest, j)); } }
  sync();
  var last = false;
  for (var pass_of = 0; pass_of <= ${PASSES}; pass_of++) {
    last = last || pass_of == ${PASSES};
    var off = 0f;
    for (var i = lane; i < $k + $m; i += LANES) {
      if ((rd($apart, i) > 0) != last) { continue; }
      var s = 0f;
      for (var j = 0; j < $n; j++) { s = max(s, abs(rd($C, i * $n + j)) * rd($D, j)); }
      s *= rd($E, i);
      if (s == 0) { continue; }
      wr($E, i, rd($E, i) / power_of_two(select(sqrt(s), s, curved || last)));
      off = max(off, abs(1 - s));
    }
    sync();
    if (agree(last)) { break; }
    if (agree(curved)) {
      last = true;
      continue;
    }
    for (var i = lane; i < $k + $m; i += LANES) { if (rd($apart, i) > 0) { wr($E, i, 0); } }
    sync();
    largest_of_columns($C, $largest, $E, $k + $m);
    for (var i = lane; i < $k + $m; i += LANES) { if (rd($apart, i) > 0) { wr($E, i, 1); } }
    for (var j = lane; j < $n; j += LANES) {
      let s = rd($largest, j);
      if (rd($P, j * $n + j) > floor_of || s == 0) { continue; }
      wr($D, j, rd($D, j) / power_of_two(sqrt(s)));
      off = max(off, abs(1 - s));
    }
    sync();
    last = most(off) < 0.5;
  }
}
fn scale_matrices() {
  for (var i = lane; i < $n; i += LANES) {
    for (var j = 0; j < $n; j++) { wr($P, i * $n + j, rd($D, i) * rd($P, i * $n + j) * rd($D, j)); }
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    for (var j = 0; j < $n; j++) { wr($C, i * $n + j, rd($E, i) * rd($C, i * $n + j) * rd($D, j)); }
  }
  sync();
}
`;
