/** @file WGSL: a quadratic program from its data to a point or a ray that the judge may accept: scale, interior point, polish. */
import {BIG_NUMBERS} from './big-numbers.wgsl.js';
import {
  CANDIDATE,
  candidateAreas,
  DESCENT_RAY,
  FARKAS_RAY,
  GUESS,
  INVALID,
  NOTHING,
  POINT,
} from './candidate.wgsl.js';
import {
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
import {DATA, LIFTS, MATRICES, problemAreas} from './problem.wgsl.js';
import type {Area, Routine} from './run-problems.js';

/** Of a factorisation in f32, relative to the largest entry and per variable: what is definite by more is so for certain. */
const ROUNDING = 1.2e-7;
const ROUNDS = 6;
/** In the place of curvature that is exactly zero. */
const FLAT = 1e-25;
const ZERO_ROW = 1e-10;
/** How many times further away than all that matters an inequality is far; and what is, in scaled units, whatever the others are. */
const FAR = 1e4;
const TOO_FAR = 1e29;
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

/** @param added Equalities that are not the given problem's. */
export function quadraticProgramAreas(n: number, m: number, k: number, added = 0): Record<string, Area> {
  const rows = k + m;
  return {
    ...kktAreas(n, rows),
    ...problemAreas(n, rows),
    ...interiorPointAreas(n, rows),
    ...polishAreas(n, rows),
    ...candidateAreas(n, rows - added),
  };
}

const VECTORS = `
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
  }
  sync();
  return most(bad) == 0;
}
fn impossible_row() -> bool {
  var found = -1f;
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($point_y, i, D(0, 0));
    let d = rdd($d, i).x;
    if (rd($absent, i) > 0 && select(-d, abs(d), i < $k) > ${ZERO_ROW}) { found = f32(i); }
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
    if (rd($P, j * $n + j) > 0) { size_of = max(size_of, abs(shifted(rdd($q, j).x, exponent_of(rd($D, j))))); }
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
// The matrices are scaled already, but for the objective's scale.
fn scale_problem() {
  for (var i = lane; i < $k + $m; i += LANES) {
    wr($reach, i, clamp(shifted(rdd($d, i).x, exponent_of(rd($E, i))), -1e30, 1e30));
  }
  sync();
  var limit = f32(${TOO_FAR});
  if ($without_far > 0) { limit = far_from(); }
  var largest = 0f;
  for (var i = lane; i < $k + $m; i += LANES) {
    let left_out = rd($absent, i) > 0 || (i >= $k && rd($reach, i) > limit);
    wr($absent, i, select(0f, 1f, left_out));
    if (!left_out) { largest = max(largest, abs(rd($reach, i))); }
  }
  largest = most(largest);
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

const SOLVE = `
var<private> claim: i32;
var<private> fallback: i32;
var<private> offered_x: i32;
var<private> offered_y: i32;
fn claim_ray(outcome: i32) {
  // Of the linear programs, each proves one thing.
  if (outcome == ${PRIMAL_INFEASIBLE} && $mode < 2) { claim = ${FARKAS_RAY}; }
  if (outcome == ${DUAL_INFEASIBLE} && $mode == 0) { claim = ${DESCENT_RAY}; }
}
fn claim_best(polished_error: f32) {
  if ($mode == 0) { claim = ${POINT}; } else if ($mode == 2) { claim = ${DESCENT_RAY}; }
  let polished = polished_error <= best;
  offered_x = select($found_x, $polished_x, polished);
  offered_y = select($found_y, $polished_y, polished);
}
fn solve_in_stages(goal: f32) {
  var stage = ${DEFINITE};
  var after_polish = ${START};
  var full = false;
  var prepared = false;
  var full_before = false;
  var factored = false;
  var outcome = ${UNDECIDED};
  var guess_below = select(f32(${GUESS_BELOW}), -1, $patient > 0);
  var rounds = ${ROUNDS};
  var shifts = -1;
  let curved = curvature();
  if (agree(curved < 0)) {
    claim = ${INVALID};
    return;
  }
  equilibrate();
  scale_matrices();
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
        // Without any row, and with a lift in the place of the regularisation: is P semidefinite?
        for (var i = lane; i < $k + $m; i += LANES) { wr($w, i, -1); }
        sync();
        delta = ${FLAT};
        lift_of = -${ROUNDING} * f32($n + 1);
        if (shifts >= 0) { lift_of = array(${LIFTS.join(', ')})[shifts]; }
      }
      classify();
      var regular = false;
      if (agree(full)) { regular = factor_double(delta); } else { regular = factor_single(delta); }
      if (agree(stage == ${DEFINITE})) {
        if (agree(regular || curved == 0)) {
          if (shifts < 1) { lift_of = 0; }
          if (impossible_row()) {
            claim_ray(${PRIMAL_INFEASIBLE});
            return;
          }
          scale_problem();
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
        if (agree(shifts == ${LIFTS.length})) {
          claim = ${INVALID};
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
        claim_best(0);
        return;
      }
      if (agree(rounds > 0 && polished_error < ${NEVER})) { if (agree(change_sides())) { continue; } }
      if (agree(after_polish == ${FINISH})) {
        if (outcome == ${ITERATION_LIMIT}) { fallback = outcome; }
        claim_best(polished_error);
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
    if (agree(outcome == ${PRIMAL_INFEASIBLE} || outcome == ${DUAL_INFEASIBLE})) {
      claim_ray(outcome);
      return;
    }
    let last = outcome != ${UNDECIDED};
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
  beta_of = 1;
  c_of = 1;
  claim = ${NOTHING};
  fallback = ${NUMERICAL_ERROR};
  offered_x = $point_x;
  offered_y = $point_y;
  clear($point_x, $n);
  clear($point_y, $k + $m);
  for (var j = lane; j < $n; j += LANES) { wr($D, j, 1); }
  for (var i = lane; i < $k + $m; i += LANES) { wr($E, i, 1); }
  sync();
  var wanted = true;
  if ($first_stage == 0) {
    // Only where no stage before came to an end.
    let before = i32(given_state($status_at));
    wanted = before == ${NUMERICAL_ERROR} || (before == ${ITERATION_LIMIT} && $mode > 0);
    fallback = -1;
  }
  if (agree(wanted)) {
    let matrices = read_matrices();
    let vectors = read_vectors();
    if (agree(matrices && vectors)) { solve_in_stages($tolerance); } else { claim = ${INVALID}; }
  }
  offer(claim, fallback, offered_x, offered_y);
}
`;

export const quadraticProgram: Routine = {
  name: 'quadratic program',
  code: () => [BIG_NUMBERS, KKT, DATA, MATRICES, POLISH, INTERIOR_POINT, CANDIDATE, GUESS, VECTORS, SOLVE].join('\n'),
};
