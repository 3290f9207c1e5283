/** @file WGSL: moves a point onto the solution of its active set, as `qp/polish.ts` does, using solves of the KKT system. */
import {NEVER} from './kkt.wgsl.js';
import type {Area} from './run-problems.js';

/** A polished point with at most this error replaces the interior point, or makes it unnecessary. */
const POLISHED = 1e-9;

export function polishAreas(n: number, rows: number): Record<string, Area> {
  return {
    polished_x: {size: n, double: true},
    polished_y: {size: rows, double: true},
    polished_s: {size: rows, double: true},
    start_x: {size: n, double: true},
    start_y: {size: rows, double: true},
  };
}

/** Rows that get the wrong sign on the active set change sides. */
export const POLISH = `
fn good(goal: f32) -> f32 { return min(goal, ${POLISHED}); }
// The error of the polished point, with P x in $solved_x, P x + Cᵀy in $f and C x in $g.
fn error_of_polished() -> f32 {
  let max_q = norm($q, $n);
  let dual_scale = max(norm($solved_x, $n), select(max_q, 1, max_q == 0));
  var off = 0f;
  for (var j = lane; j < $n; j += LANES) { off = max(off, abs(add(rdd($f, j), rdd($q, j)).x) / dual_scale); }
  let max_d = norm($d, $k + $m);
  let primal_scale = max(norm($g, $k + $m), select(max_d, 1, max_d == 0));
  let y_scale = max(norm($polished_y, $k + $m), dual_scale);
  for (var i = lane; i < $k + $m; i += LANES) {
    let slack = rdd($polished_s, i);
    off = max(off, abs(sub(add(rdd($g, i), slack), rdd($d, i)).x) / primal_scale);
    if (i < $k) { continue; }
    let a = rdd($polished_y, i).x / y_scale;
    let b = slack.x / primal_scale;
    off = max(off, max(max(-a, -b), min(abs(a), abs(b))));
    if (!finite(a) || !finite(b)) { off = ${NEVER}; }
  }
  let worst = most(off);
  return select(${NEVER}, worst, finite(worst));
}
fn prepare_active_set() {
  for (var i = lane; i < $k + $m; i += LANES) {
    wr($w, i, select(-1f, 0f, i < $k || less(rdd($polished_s, i), rdd($polished_y, i))));
  }
  sync();
  copy($polished_x, $start_x, $n);
  copy($polished_y, $start_y, $k + $m);
}
fn prepare_polish() {
  copy($start_x, $polished_x, $n);
  // Equalities start at zero: dependent ones get the multipliers of least norm.
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($polished_y, i, select(rdd($start_y, i), D(0, 0), i < $k || rd($w, i) != 0));
  }
  sync();
  times_both($polished_x, $polished_y, $f, $f, $g);
  for (var j = lane; j < $n; j += LANES) { wrd($f, j, -add(rdd($f, j), rdd($q, j))); }
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($g, i, select(D(0, 0), sub(rdd($d, i), rdd($g, i)), rd($w, i) == 0));
  }
  sync();
}
fn use_polish() -> f32 {
  add_scaled($polished_x, D(1, 0), $solved_x, $n);
  add_scaled($polished_y, D(1, 0), $solved_y, $k + $m);
  times_both($polished_x, $polished_y, $solved_x, $f, $g);
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($polished_s, i, select(sub(rdd($d, i), rdd($g, i)), D(0, 0), rd($w, i) == 0));
  }
  sync();
  return error_of_polished();
}
fn change_sides() -> bool {
  var changes = 0f;
  for (var i = $k + lane; i < $k + $m; i += LANES) {
    let tight = rd($w, i) == 0;
    if (select(rdd($polished_s, i).x, rdd($polished_y, i).x, tight) >= 0) { continue; }
    wr($w, i, select(0f, -1f, tight));
    changes = 1;
  }
  sync();
  return most(changes) > 0;
}
`;
