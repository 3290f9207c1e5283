/** @file WGSL: reads the vectors of a quadratic program, leaves out rows that are far or bound nothing, and scales the rest. */
import {FAR, ZERO} from '../../contracts/qp-limits.js';
import type {Area} from './run-problems.js';

/** A bound that is this far in scaled units is always left out, independently of the others. */
const TOO_FAR = 1e29;

export function scalingAreas(rows: number): Record<string, Area> {
  return {absent: {size: rows}, reach: {size: rows}};
}

/** Used after `read_matrices`, `equilibrate` and `scale_matrices`. */
export const SCALING = `
// Also which rows are left out: those without a bound, and rows of zeros.
fn read_vectors() -> bool {
  var bad = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let value = entry_p(j);
    if (!finite(value)) { bad = 1; }
    wrd($q, j, wide(value));
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    var value = entry_d(i);
    var absent = true;
    // Infinities are told by their bits: a compiler may take it that there are none.
    if (i >= $k && bitcast<u32>(value) == 0x7F800000u) {
      value = 0;
    } else if (!finite(value) || value <= -$no_bound || (i < $k && value >= $no_bound)) {
      bad = 1;
    } else if (value < $no_bound) {
      for (var j = 0; j < $n; j++) { if (rd($C, i * $n + j) != 0) { absent = false; } }
    } else {
      value = 0;
    }
    wrd($d, i, wide(value));
    wr($absent, i, select(0f, 1f, absent));
    wr($apart, i, select(0f, 1f, absent));
  }
  sync();
  return most(bad) == 0;
}
fn impossible_row() -> bool {
  var found = -1f;
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($point_y, i, D(0, 0));
    let d = rdd($d, i).x;
    if (rd($absent, i) > 0 && select(-d, abs(d), i < $k) > ${ZERO}) { found = f32(i); }
  }
  sync();
  let row = i32(most(found));
  if (agree(row < 0)) { return false; }
  beta_of = 1;
  c_of = 1;
  if (lane == 0) { wrd($point_y, row, wide(select(1f, -1f, rdd($d, row).x > 0))); }
  sync();
  return true;
}
fn reach_of_q(j: i32) -> f32 { return abs(shifted(rdd($q, j).x, exponent_of(rd($D, j)))); }
// Of inequalities that hold at zero, how far away one must be to be left out: see qp/equilibrate.ts.
fn far_from() -> f32 {
  var size_of = 0f;
  var largest = 0f;
  var count = 0f;
  for (var i = lane; i < $k + $m; i += LANES) {
    if (rd($absent, i) > 0) { continue; }
    let d = rd($reach, i);
    if (i < $k || d < 0) { size_of = max(size_of, abs(d)); } else { largest = max(largest, d); }
  }
  for (var j = lane; j < $n; j += LANES) {
    if (rd($P, j * $n + j) > 0) { size_of = max(size_of, reach_of_q(j)); }
  }
  size_of = most(size_of);
  largest = most(largest);
  if (agree(!(largest > ${FAR} * size_of))) { return ${TOO_FAR}; }
  for (var i = $k; i < $k + $m; i++) { if (rd($absent, i) == 0 && rd($reach, i) > 0) { count += 1; } }
  var quarter = 0f;
  for (var i = $k + lane; i < $k + $m; i += LANES) {
    let d = rd($reach, i);
    if (rd($absent, i) > 0 || d <= 0) { continue; }
    var before = 0f;
    for (var r = $k; r < $k + $m; r++) {
      let other = rd($reach, r);
      if (rd($absent, r) == 0 && other > 0 && (other < d || (other == d && r < i))) { before += 1; }
    }
    if (before == floor(count / 4)) { quarter = d; }
  }
  return min(${TOO_FAR}, ${FAR} * max(size_of, most(quarter)));
}
fn measure_reach() {
  for (var i = lane; i < $k + $m; i += LANES) {
    wr($reach, i, clamp(shifted(rdd($d, i).x, exponent_of(rd($E, i))), -1e30, 1e30));
  }
  sync();
}
// Twice where rows are far: they must not set the scale of a variable either.
fn equilibrate_rows() {
  for (var turn = 0; turn < 2; turn++) {
    equilibrate();
    measure_reach();
    if (agree(turn == 1)) { break; }
    var limit = f32(${TOO_FAR});
    if (agree($mode == 0)) { limit = far_from(); }
    var some = 0f;
    for (var i = $k + lane; i < $k + $m; i += LANES) {
      if (rd($apart, i) > 0 || !(rd($reach, i) > limit)) { continue; }
      wr($apart, i, 1);
      if ($without_far > 0 || limit == ${TOO_FAR}) { wr($absent, i, 1); }
      some = 1;
    }
    sync();
    if (agree(most(some) == 0)) { break; }
  }
}
// The matrices are scaled already, but for the objective's scale.
fn scale_problem() {
  var largest = 0f;
  for (var i = lane; i < $k + $m; i += LANES) { if (rd($absent, i) == 0) { largest = max(largest, abs(rd($reach, i))); } }
  largest = most(largest);
  if (agree($without_far == 0 && $mode == 0)) {
    // The minimum without rows may be much further away than any row.
    for (var j = lane; j < $n; j += LANES) { if (rd($P, j * $n + j) > 0) { largest = max(largest, reach_of_q(j)); } }
    largest = min(most(largest), 1e30);
  }
  beta_of = 1;
  if (largest > 0) { beta_of = 1 / power_of_two(largest); }
  var objective = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let q = shifted(rdd($q, j).x, exponent_of(rd($D, j)) + exponent_of(beta_of));
    wrd($q, j, wide(q));
    objective = max(objective, abs(q));
    for (var i = 0; i < $n; i++) { objective = max(objective, abs(rd($P, j * $n + i))); }
  }
  objective = most(objective);
  c_of = 1;
  if (objective > 0) { c_of = 1 / power_of_two(objective); }
  multiply($q, wide(c_of), $n);
  for (var i = lane; i < $n * $n; i += LANES) { wr($P, i, c_of * rd($P, i)); }
  // A row that is left out reads 0 = 0 or 0 ≤ 1.
  for (var i = lane; i < $k + $m; i += LANES) {
    let left_out = rd($absent, i) > 0;
    wrd($d, i, wide(select(rd($reach, i) * beta_of, select(0f, 1f, i >= $k), left_out)));
    if (!left_out) { continue; }
    wr($E, i, 1);
    for (var j = 0; j < $n; j++) { wr($C, i * $n + j, 0); }
  }
  sync();
}
`;
