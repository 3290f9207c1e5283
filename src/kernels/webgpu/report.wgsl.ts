/** @file WGSL: reads a guess, and writes what was found, in the units of the given problem. */
import {DUAL_INFEASIBLE, PRIMAL_INFEASIBLE, SOLVED} from './interior-point.wgsl.js';
import type {Area} from './run-problems.js';

/** Multiplier and slack both below this, relative to their row's terms: weakly active. */
const WEAK = 1e-6;

/** The outputs. */
export function reportAreas(n: number, m: number, k: number): Record<string, Area> {
  return {
    ...{x: {size: n}, ineqDual: {size: m}, eqDual: {size: k}, slack: {size: m}, activity: {size: m}},
    ...{status: {size: 1}, iterations: {size: 1}, residual: {size: 1}},
    ...{certificateX: {size: n}, certificateIneq: {size: m}, certificateEq: {size: k}},
  };
}

export const REPORT = `
var<private> c_of: f32;
var<private> beta_of: f32;
fn clear_outputs() {
  for (var j = lane; j < $n; j += LANES) {
    wr($x, j, 0);
    wr($certificateX, j, 0);
  }
  for (var i = lane; i < $m; i += LANES) {
    wr($ineqDual, i, 0);
    wr($slack, i, 0);
    wr($activity, i, 0);
    wr($certificateIneq, i, 0);
  }
  for (var i = lane; i < $k; i += LANES) {
    wr($eqDual, i, 0);
    wr($certificateEq, i, 0);
  }
  sync();
}
fn write_report(status: i32, off: f32) {
  if (lane == 0) {
    wr($status, 0, f32(status));
    wr($iterations, 0, f32(iterations));
    wr($residual, 0, off);
  }
  sync();
}
fn report(outcome: i32, off: f32) {
  // Of the linear programs, only one outcome says anything about the problem itself.
  var status = outcome;
  if ($mode == 1 && outcome != ${PRIMAL_INFEASIBLE}) { status = i32(given_gate(0)); }
  if ($mode == 2) { status = select(i32(given_gate(0)), ${DUAL_INFEASIBLE}, outcome == ${SOLVED}); }
  write_report(status, off);
}
fn report_solution(x: i32, y: i32, s: i32, off: f32) {
  for (var j = lane; j < $n; j += LANES) {
    var column = abs(rdd($q, j).x);
    for (var i = 0; i < $n; i++) { column += abs(rd($P, j * $n + i) * rdd(x, i).x); }
    for (var i = 0; i < $k + $m; i++) { column += abs(rd($C, i * $n + j) * rdd(y, i).x); }
    wr($largest, j, column);
    wr($x, j, rdd(x, j).x * (rd($D, j) / beta_of));
  }
  sync();
  for (var i = lane; i < $k + $m; i += LANES) {
    let unscaled = rdd(y, i).x * (rd($E, i) / (c_of * beta_of));
    if (i < $k) {
      wr($eqDual, i, unscaled);
      continue;
    }
    wr($ineqDual, i - $k, max(0, unscaled));
    wr($slack, i - $k, max(0, rdd(s, i).x / (rd($E, i) * beta_of)));
    var terms = abs(rdd($d, i).x);
    var multiplier = 0f;
    let positive = max(0, rdd(y, i).x);
    for (var j = 0; j < $n; j++) {
      let a = rd($C, i * $n + j);
      terms += abs(a * rdd(x, j).x);
      let column = rd($largest, j);
      if (column > 0) { multiplier = max(multiplier, abs(a) * positive / column); }
    }
    let slack = select(0f, rdd(s, i).x / terms, terms > 0);
    wr($activity, i - $k, select(select(0f, 1f, multiplier > slack), 2, multiplier < ${WEAK} && slack < ${WEAK}));
  }
  report(${SOLVED}, off);
}
fn report_farkas(off: f32) {
  let factor = div(D(-1, 0), dot_areas($d, $point_y, $k + $m));
  for (var i = lane; i < $k + $m; i += LANES) {
    let y = mul(factor, rdd($point_y, i)).x * (rd($E, i) * beta_of);
    if (i < $k) { wr($certificateEq, i, y); } else { wr($certificateIneq, i - $k, max(0, y)); }
  }
  report(${PRIMAL_INFEASIBLE}, off);
}
fn report_ray(off: f32) {
  let factor = div(D(-1, 0), dot_areas($q, $point_x, $n));
  for (var j = lane; j < $n; j += LANES) {
    wr($certificateX, j, mul(factor, rdd($point_x, j)).x * rd($D, j) * (c_of * beta_of));
  }
  report(${DUAL_INFEASIBLE}, off);
}
`;

/** An earlier solution, whose active set is tried first. */
export const GUESS = `
fn read_guess() {
  for (var j = lane; j < $n; j += LANES) { wrd($polished_x, j, wide(given_gx(j) * (beta_of / rd($D, j)))); }
  for (var i = lane; i < $k + $m; i += LANES) {
    var y = 0f;
    var s = 0f;
    if (i < $k) {
      y = given_gEq(i);
    } else {
      y = given_gIneq(i - $k);
      s = given_gSlack(i - $k);
    }
    wrd($polished_y, i, wide(y * (c_of * beta_of / rd($E, i))));
    wrd($polished_s, i, wide(s * (rd($E, i) * beta_of)));
  }
  sync();
}
`;
