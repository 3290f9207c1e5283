/**
 * @file WGSL: decides what is reported of a quadratic program: whether a point solves it, or whether a ray proves that there is no
 * solution. The tests are those of `qp/solve.ts` and `qp/rays.ts`, computed in doubles in the units of the given problem.
 */
import {
  CONSISTENT,
  DOUBLE,
  ROUNDING,
  ROUNDING_32,
  SINGLE,
  UNBOUNDED,
  WEAK,
} from '../../contracts/qp-limits.js';
import {DESCENT_RAY, FARKAS_RAY, INVALID, NOTHING, POINT} from './candidate.wgsl.js';
import {EXACT_ZEROS, exactZeroAreas} from './exact-zeros.wgsl.js';
import {CERTIFICATE, measureAreas} from './measure.wgsl.js';
import {GIVEN_NUMBERS} from './given-numbers.wgsl.js';
import {RAYS} from './rays.wgsl.js';
import type {Areas} from './memory.js';

/** A point that is judged last. It only has to be as exact as rounding to f32 allows. */
const LOOSE = 1;

/** An entry is rounding of 48 bits if its term is below this share of all terms of the same sum. */
const NEGLIGIBLE_48 = 1e-12;
/** A slack below this share of its row's terms is zero up to rounding. */
const NO_SLACK = 1e-11;

const FIRST = 0;
const EXACT = 1;
const ROUNDED = 2;
const AGAIN = 3;
const RAY = 4;

export function judgeAreas(n: number, rows: number): Areas {
  return {
    ...measureAreas(n, rows),
    ...exactZeroAreas(n, rows),
    rounded_x: {size: n, double: true},
    rounded_y: {size: rows, double: true},
    exact_slack: {size: rows, double: true},
    acts: {size: rows},
  };
}

const READ = `
// Whether every number is finite.
fn read_candidate(claim: i32) -> bool {
  var bad = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let v = candidate_x(j);
    if (!finite(v.x) || !finite(v.y)) { bad = 1; }
    wrd($exact_x, j, select(v, D(0, 0), claim == ${FARKAS_RAY}));
    wr($exact_x_exponent, j, candidate_x_exponent(j));
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    let v = candidate_y(i);
    if (!finite(v.x) || !finite(v.y)) { bad = 1; }
    let none_of_it = claim == ${DESCENT_RAY} || rd($missing, i) > 0 || (i >= $k && v.x < 0);
    wrd($exact_y, i, select(v, D(0, 0), none_of_it));
    wr($exact_y_exponent, i, candidate_y_exponent(i));
  }
  sync();
  return most(bad) == 0;
}
fn round_candidate() -> bool {
  var bad = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let v = rdd($exact_x, j);
    wrd($rounded_x, j, wide(v.x + v.y));
    if (v.x != 0 && rd($exact_x_exponent, j) > 126) { bad = 1; }
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    let v = rdd($exact_y, i);
    wrd($rounded_y, i, wide(v.x + v.y));
    if (v.x != 0 && rd($exact_y_exponent, i) > 126) { bad = 1; }
  }
  sync();
  return most(bad) == 0;
}
`;

const JUDGE = `
fn keep_slacks() {
  for (var i = lane; i < $k + $m; i += LANES) {
    let v = -rdd($excess, i).x;
    let e = rd($excess_exponent, i);
    let is_zero = v <= 0 || quotient(v, e, rdd($row_terms, i)) < ${NO_SLACK};
    wrd($exact_slack, i, select(big(v, i32(e)), none(), is_zero));
  }
  sync();
}
fn find_activity() {
  for (var i = lane; i < $k + $m; i += LANES) {
    // The slack of nothing but entries that were rounding is none.
    if (rdd($row_terms, i).x == 0) { wrd($exact_slack, i, none()); }
    let s = rdd($exact_slack, i);
    let slack = select(quotient(s.x, s.y, rdd($row_terms, i)), 1, rd($missing, i) > 0);
    let multiplier = rd($multipliers, i);
    wr($acts, i, select(select(0f, 1f, multiplier > slack), 2, multiplier < ${WEAK} && slack < ${WEAK}));
  }
  sync();
}
fn report_point() {
  for (var j = lane; j < $n; j += LANES) { note($x + j, shifted(rdd($rounded_x, j).x, i32(rd($exact_x_exponent, j)))); }
  for (var i = lane; i < $k + $m; i += LANES) {
    let y = shifted(rdd($rounded_y, i).x, i32(rd($exact_y_exponent, i)));
    if (i < $k) {
      note($eqDual + i, y);
      continue;
    }
    var slack = value_of(rdd($exact_slack, i));
    let h = given_h(i - $k);
    // A row of zeros has its right-hand side, one without a bound what f32 can hold.
    let largest = bitcast<f32>(0x7F7FFFFFu);
    if (!finite(h)) { slack = largest; } else if (rd($missing, i) > 0) { slack = max(0, h + slack_of_rest(i)); }
    if (!finite(slack)) { slack = largest; }
    note($ineqDual + i - $k, y);
    note($slack + i - $k, slack);
    note($activity + i - $k, rd($acts, i));
  }
}
// −Gx of an absent row, as far as it counts.
fn slack_of_rest(i: i32) -> f32 { return -shifted(rdd($excess, i).x, i32(rd($excess_exponent, i))); }
`;

/**
 * Each function has a single call site, because device compilers copy a function to every place that calls it. A point is measured as it
 * was found, then with entries that are rounding set to zero, then rounded to f32. If it is still unclear whether its constraints
 * contradict each other, it is measured once more as it was found.
 */
const SOLVE = `
fn judge(claim: i32, loose: bool) -> bool {
  let enough = max($tolerance, ${SINGLE});
  var exactness = select(f32(${DOUBLE}), $tolerance, $tolerance > ${SINGLE});
  if (loose) { exactness = enough; }
  var stage = select(${RAY}, ${FIRST}, claim == ${POINT});
  loop {
    let rounded = stage == ${ROUNDED};
    let x = select($exact_x, $rounded_x, rounded);
    let y = select($exact_y, $rounded_y, rounded);
    measure(x, $exact_x_exponent, y, $exact_y_exponent, stage == ${RAY});
    if (agree(stage == ${RAY})) { return judge_ray(claim == ${FARKAS_RAY}); }
    var limit = f32(1e30);
    if (stage == ${ROUNDED}) { limit = enough; }
    if (stage == ${AGAIN}) { limit = ${CONSISTENT}; }
    var column_terms = $column_terms;
    var row_terms = $row_terms;
    var off = f32(${UNBOUNDED});
    for (var turn = 0; turn < 2; turn++) {
      off = min(off, quotients(y, $exact_y_exponent, column_terms, row_terms));
      if (agree(turn == 1 || off <= limit)) { break; }
      measure_sizes(x, $exact_x_exponent, y, $exact_y_exponent);
      column_terms = $sized_columns;
      row_terms = $sized_rows;
    }
    var negligible = f32(${ROUNDING_32});
    if (agree(stage == ${FIRST})) {
      if (agree(loses_given_numbers())) { return false; }
      if (agree(pulls_on_rounding())) { return false; }
      keep_slacks();
      if (agree(off > exactness && exactness <= ${DOUBLE})) { negligible = ${NEGLIGIBLE_48}; }
      stage = select(${EXACT}, ${ROUNDED}, off <= exactness);
    } else if (agree(stage == ${EXACT})) {
      if (agree(off > exactness)) { return false; }
      stage = ${ROUNDED};
    } else if (agree(stage == ${ROUNDED})) {
      if (agree(off < residual_of)) { residual_of = off; }
      if (agree(off > enough)) { return false; }
      find_activity();
      if (agree(loose || off <= ${ROUNDING})) { return true; }
      stage = ${AGAIN};
      continue;
    } else {
      var contradicts = 0f;
      for (var i = lane; i < $k + $m; i += LANES) { contradicts = max(contradicts, rd($rows, i)); }
      return most(contradicts) <= ${CONSISTENT};
    }
    clear_rounding(negligible);
    if (agree(stage == ${ROUNDED})) { if (agree(!round_candidate())) { return false; } }
  }
}
var<private> residual_of: f32;
// Nothing is known yet, but how long the first candidate took.
fn start_state() {
  for (var i = lane; i < $candidates; i += LANES) { note(i, 0); }
  sync();
  if (lane == 0) {
    note($status, ${NOTHING});
    note($residual, ${UNBOUNDED});
    choose_candidate(0);
    note($iterations, iterations_of());
  }
  sync();
}
// Reports the first of these candidates that is right. Rough judging takes every other one first.
fn judge_candidates(from_candidate: i32, to_candidate: i32, loose: bool) {
  var status = share(status_now());
  residual_of = noted($residual);
  read_bounds();
  for (var which = from_candidate; which <= to_candidate; which++) {
    choose_candidate(select(which, which ^ 1, loose));
    let claim = share(claimed());
    if (agree(claim == ${NOTHING})) { continue; }
    let fallback = fallback_of();
    if (fallback >= 0) { status = fallback; }
    if (agree(claim == ${INVALID})) {
      status = ${INVALID};
      break;
    }
    var accepted = false;
    for (var attempt = 0; attempt <= i32(loose); attempt++) {
      if (agree(accepted || !read_candidate(claim))) { break; }
      accepted = judge(claim, attempt == ${LOOSE});
    }
    if (agree(accepted)) {
      status = claim;
      break;
    }
  }
  if (agree(status == ${POINT})) { report_point(); }
  if (lane == 0) {
    note($status, f32(status));
    note($residual, residual_of);
  }
  sync();
}
`;

/** Needs `STATE` and `CANDIDATE`, and `BIG_NUMBERS`. */
export const JUDGING = [CERTIFICATE, EXACT_ZEROS, READ, GIVEN_NUMBERS, RAYS, JUDGE, SOLVE].join('\n');
