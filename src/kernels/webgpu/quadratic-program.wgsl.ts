/** @file WGSL: a quadratic program from its data to its report: scale, interior point, polish. */
import {
  ACCEPTABLE,
  DUAL_INFEASIBLE,
  INEXACT,
  INTERIOR_POINT,
  interiorPointAreas,
  ITERATION_LIMIT,
  NUMERICAL_ERROR,
  PRIMAL_INFEASIBLE,
  SOLVE_TARGET,
  SOLVED,
  UNDECIDED,
} from './interior-point.wgsl.js';
import {DELTA_DOUBLE, DELTA_SINGLE, KKT, kktAreas, NEVER} from './kkt.wgsl.js';
import {DATA, MATRICES, problemAreas, SHIFTS} from './problem.wgsl.js';
import type {Area, Routine} from './run-problems.js';

const INVALID = 5;
/** A polished point this good needs no interior point, or replaces it. */
const POLISHED = 1e-9;
const ROUNDS = 6;
/** Residual of a linear system that is solved, and the one to aim at. */
const EXACT = 1e-11;
const TARGET = 1e-12;
/** Error at which the active set is guessed for the first time, and how far it must fall for another guess. */
const GUESS_BELOW = 1e-2;
const GUESS_AGAIN = 1e-1;
/** What is done between two solves of a KKT system. */
const START = 0;
const CONSTANT = 1;
const POLISH_STAGE = 2;
const PREDICTOR = 3;
const CORRECTOR = 4;
const DEFINITE = 5;
const FINISH = 6;
/** Multiplier and slack both below this, relative to their row's terms: weakly active. */
const WEAK = 1e-6;

export function quadraticProgramAreas(n: number, m: number, k: number): Record<string, Area> {
  const rows = k + m;
  return {
    ...kktAreas(n, rows),
    ...problemAreas(n, rows),
    ...interiorPointAreas(n, rows),
    polished_x: {size: n, double: true},
    polished_y: {size: rows, double: true},
    polished_s: {size: rows, double: true},
    start_x: {size: n, double: true},
    start_y: {size: rows, double: true},
    ...{x: {size: n}, ineqDual: {size: m}, eqDual: {size: k}, slack: {size: m}, activity: {size: m}},
    ...{status: {size: 1}, iterations: {size: 1}, residual: {size: 1}},
    ...{certificateX: {size: n}, certificateIneq: {size: m}, certificateEq: {size: k}},
  };
}

/** Moves a point onto the solution of its active set; rows whose sign then comes out wrong change sides. */
const POLISH = `
fn good(goal: f32) -> f32 { return min(goal, ${POLISHED}); }
fn error_of(x: i32, y: i32, s: i32) -> f32 {
  times_P(x, $f);
  let max_q = norm($q, $n);
  let dual_scale = max(norm($f, $n), select(max_q, 1, max_q == 0));
  add_times_Ct(y, $f);
  var off = 0f;
  for (var j = lane; j < $n; j += LANES) { off = max(off, abs(add(rdd($f, j), rdd($q, j)).x) / dual_scale); }
  times_C(x, $g);
  let max_d = norm($d, $k + $m);
  let primal_scale = max(norm($g, $k + $m), select(max_d, 1, max_d == 0));
  let y_scale = max(norm(y, $k + $m), dual_scale);
  for (var i = lane; i < $k + $m; i += LANES) {
    let slack = rdd(s, i);
    off = max(off, abs(sub(add(rdd($g, i), slack), rdd($d, i)).x) / primal_scale);
    if (i < $k) { continue; }
    let a = rdd(y, i).x / y_scale;
    let b = slack.x / primal_scale;
    off = max(off, max(max(-a, -b), min(abs(a), abs(b))));
    if (!finite(a) || !finite(b)) { off = 1e30; }
  }
  let worst = most(off);
  return select(1e30, worst, finite(worst));
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
  times_P($polished_x, $f);
  add_times_Ct($polished_y, $f);
  times_C($polished_x, $g);
  for (var j = lane; j < $n; j += LANES) { wrd($f, j, -add(rdd($f, j), rdd($q, j))); }
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($g, i, select(D(0, 0), sub(rdd($d, i), rdd($g, i)), rd($w, i) == 0));
  }
  sync();
}
fn use_polish() -> f32 {
  add_scaled($polished_x, D(1, 0), $solved_x, $n);
  add_scaled($polished_y, D(1, 0), $solved_y, $k + $m);
  times_C($polished_x, $polished_s);
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($polished_s, i, select(sub(rdd($d, i), rdd($polished_s, i)), D(0, 0), rd($w, i) == 0));
  }
  sync();
  return error_of($polished_x, $polished_y, $polished_s);
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

const REPORT = `
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
const GUESS = `
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

const SOLVE = `
fn read_vectors() -> bool {
  var bad = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let value = entry_p(j);
    if (!finite(value)) { bad = 1; }
    wrd($q, j, wide(value));
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    let value = entry_d(i);
    if (!finite(value)) { bad = 1; }
    wrd($d, i, wide(value));
  }
  sync();
  return most(bad) == 0;
}
fn scale_problem() {
  // A row of zeros has no size but that of its right-hand side, which must not set the size of everything.
  for (var i = lane; i < $k + $m; i += LANES) {
    let d = rdd($d, i).x;
    var entries = 0;
    for (var j = 0; j < $n; j++) { if (rd($C, i * $n + j) != 0) { entries++; } }
    wr($lift, i, f32(entries));
    if (entries == 0 && d != 0) { wr($E, i, 1 / power_of_two(abs(d))); }
    wrd($d, i, wide(rd($E, i) * d));
  }
  sync();
  let largest = norm($d, $k + $m);
  beta_of = 1;
  if (largest > 0) { beta_of = 1 / power_of_two(largest); }
  largest_of_columns($P, $largest, $D, $n);
  var objective = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let q = beta_of * rd($D, j) * rdd($q, j).x;
    wrd($q, j, wide(q));
    objective = max(objective, max(rd($largest, j), abs(q)));
  }
  sync();
  objective = most(objective);
  c_of = 1;
  if (objective > 0) { c_of = 1 / power_of_two(objective); }
  multiply($q, wide(c_of), $n);
  multiply($d, wide(beta_of), $k + $m);
  scale_matrices(c_of);
}
fn impossible_row() -> bool {
  var found = -1f;
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($point_y, i, D(0, 0));
    let d = rdd($d, i).x;
    if (rd($lift, i) == 0 && d != 0 && (i < $k || d < 0)) { found = f32(i); }
  }
  sync();
  let row = i32(most(found));
  if (agree(row < 0)) { return false; }
  if (lane == 0) { wrd($point_y, row, div(D(-1, 0), rdd($d, row))); }
  sync();
  return true;
}
fn report_best(polished_error: f32, goal: f32) {
  if (agree(polished_error < best)) {
    report_solution($polished_x, $polished_y, $polished_s, polished_error);
  } else {
    report_solution($found_x, $found_y, $found_s, best);
  }
}
fn solve_in_stages(goal: f32) {
  var stage = ${DEFINITE};
  var after_polish = ${START};
  var full = false;
  var prepared = false;
  var full_before = false;
  var factored = false;
  var outcome = ${UNDECIDED};
  var guess_below = f32(${GUESS_BELOW});
  var rounds = ${ROUNDS};
  var shifts = -1;
  let curvature = largest_curvature();
  loop {
    var delta = select(f32(${DELTA_SINGLE}), ${DELTA_DOUBLE}, full);
    if (agree(!prepared)) {
      if (agree(stage == ${START})) {
        prepare_start();
      } else if (agree(stage == ${CONSTANT})) {
        prepare_constant();
      } else if (agree(stage == ${POLISH_STAGE})) {
        prepare_polish();
      } else if (agree(stage != ${DEFINITE})) {
        prepare_direction();
      }
      prepared = true;
    }
    if (agree(!factored)) {
      if (agree(stage == ${DEFINITE})) {
        // Without any row, and with a shift in the place of the regularisation: is P semidefinite?
        for (var i = lane; i < $k + $m; i += LANES) { wr($w, i, -1); }
        sync();
        delta = curvature * -1.2e-7 * f32($n + 1);
        if (shifts >= 0) { delta = curvature * array(${SHIFTS.join(', ')})[shifts]; }
      }
      classify();
      var regular = false;
      if (agree(full)) { regular = factor_double(delta); } else { regular = factor_single(delta); }
      if (agree(stage == ${DEFINITE})) {
        if (agree(regular || curvature == 0)) {
          if (agree(shifts > 0)) { lift(delta); }
          equilibrate();
          scale_problem();
          if (impossible_row()) {
            report_farkas(0);
            return;
          }
          full = false;
          prepared = false;
          stage = ${START};
          if (agree($guessed > 0)) {
            read_guess();
            prepare_active_set();
            stage = ${POLISH_STAGE};
          }
          continue;
        }
        full = true;
        shifts++;
        if (agree(curvature < 0 || shifts == ${SHIFTS.length})) {
          report(${INVALID}, 0);
          return;
        }
        continue;
      }
      // A guess on the way is not worth a factorisation in doubles.
      let guess = stage == ${POLISH_STAGE} && after_polish == ${CONSTANT};
      if (agree(!regular)) {
        if (agree(full || guess)) {
          if (agree(stage != ${POLISH_STAGE})) { outcome = ${NUMERICAL_ERROR}; }
        } else {
          full = true;
          continue;
        }
      }
      factored = regular;
    }
    var off = f32(${NEVER});
    let polishing = stage == ${POLISH_STAGE};
    if (agree(factored)) {
      off = solve_kkt(full, $f, $g, $solved_x, $solved_y, select(f32(${SOLVE_TARGET}), ${TARGET}, polishing));
      let guess = polishing && after_polish == ${CONSTANT};
      if (agree(!full && !guess && stage <= ${POLISH_STAGE} && off > select(f32(${INEXACT}), ${EXACT}, polishing))) {
        full = true;
        factored = false;
        continue;
      }
    }
    prepared = false;
    if (agree(polishing)) {
      factored = false;
      full = full_before;
      rounds--;
      let polished_error = select(f32(${NEVER}), use_polish(), off < ${NEVER});
      if (agree(polished_error <= good(goal))) {
        report_solution($polished_x, $polished_y, $polished_s, polished_error);
        return;
      }
      if (agree(rounds > 0 && polished_error < ${NEVER})) { if (agree(change_sides())) { continue; } }
      if (agree(after_polish == ${FINISH})) {
        if (agree(outcome == ${SOLVED})) { report_best(polished_error, goal); } else { report(outcome, best); }
        return;
      }
      stage = after_polish;
      continue;
    }
    if (agree(outcome == ${UNDECIDED})) {
      if (agree(stage == ${START})) {
        use_start();
        stage = ${CORRECTOR};
        iterations = -1;
      } else if (agree(stage == ${CONSTANT})) {
        use_constant();
        stage = ${PREDICTOR};
        continue;
      } else {
        use_direction(stage == ${CORRECTOR});
        if (agree(stage == ${PREDICTOR})) {
          stage = ${CORRECTOR};
          continue;
        }
      }
      iterations++;
      outcome = evaluate(goal);
      stage = ${CONSTANT};
      factored = false;
    }
    if (agree(outcome == ${PRIMAL_INFEASIBLE})) {
      report_farkas(0);
      return;
    }
    if (agree(outcome == ${DUAL_INFEASIBLE})) {
      report_ray(0);
      return;
    }
    let last = outcome != ${UNDECIDED};
    if (agree(last && best <= max(${ACCEPTABLE}, goal))) { outcome = ${SOLVED}; }
    if (agree(last || error <= guess_below)) {
      guess_below = ${GUESS_AGAIN} * error;
      after_polish = select(${CONSTANT}, ${FINISH}, last);
      rounds = select(2, ${ROUNDS}, last);
      copy($found_x, $polished_x, $n);
      copy($found_y, $polished_y, $k + $m);
      copy($found_s, $polished_s, $k + $m);
      prepare_active_set();
      full_before = full;
      factored = false;
      stage = ${POLISH_STAGE};
    }
  }
}
fn solve() {
  iterations = 0;
  best = ${NEVER};
  clear_outputs();
  if ($mode > 0) {
    // Only where the problem itself came to no end.
    let gate = i32(given_gate(0));
    if (agree(gate != ${ITERATION_LIMIT} && gate != ${NUMERICAL_ERROR})) {
      write_report(gate, 0);
      return;
    }
  }
  let matrices = read_matrices();
  let vectors = read_vectors();
  if (agree(matrices && vectors)) { solve_in_stages($tolerance); } else { report(${INVALID}, 0); }
}
`;

export const quadraticProgram: Routine = {
  name: 'quadratic program',
  code: () => [KKT, DATA, MATRICES, POLISH, INTERIOR_POINT, REPORT, GUESS, SOLVE].join('\n'),
};
