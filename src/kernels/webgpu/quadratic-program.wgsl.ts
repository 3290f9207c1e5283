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
import {POLISH, polishAreas} from './polish.wgsl.js';
import {DATA, MATRICES, problemAreas, SHIFTS} from './problem.wgsl.js';
import {GUESS, REPORT, reportAreas} from './report.wgsl.js';
import type {Area, Routine} from './run-problems.js';

const INVALID = 5;
/** Of a factorisation in f32, relative to the largest entry and per variable: what is definite by more is so for certain. */
const ROUNDING = 1.2e-7;
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

export function quadraticProgramAreas(n: number, m: number, k: number): Record<string, Area> {
  const rows = k + m;
  return {
    ...kktAreas(n, rows),
    ...problemAreas(n, rows),
    ...interiorPointAreas(n, rows),
    ...polishAreas(n, rows),
    ...reportAreas(n, m, k),
  };
}

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
fn report_best(polished_error: f32) {
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
    let polishing = stage == ${POLISH_STAGE};
    // A guess on the way is not worth a factorisation in doubles.
    let guess = polishing && after_polish == ${CONSTANT};
    var delta = select(f32(${DELTA_SINGLE}), ${DELTA_DOUBLE}, full);
    if (agree(!prepared)) {
      if (agree(stage == ${START})) {
        prepare_start();
      } else if (agree(stage == ${CONSTANT})) {
        prepare_constant();
      } else if (agree(polishing)) {
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
        delta = curvature * -${ROUNDING} * f32($n + 1);
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
      if (agree(!regular)) {
        if (agree(full || guess)) {
          if (agree(!polishing)) { outcome = ${NUMERICAL_ERROR}; }
        } else {
          full = true;
          continue;
        }
      }
      factored = regular;
    }
    var off = f32(${NEVER});
    if (agree(factored)) {
      off = solve_kkt(full, $f, $g, $solved_x, $solved_y, select(f32(${SOLVE_TARGET}), ${TARGET}, polishing));
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
        if (agree(outcome == ${SOLVED})) { report_best(polished_error); } else { report(outcome, best); }
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
