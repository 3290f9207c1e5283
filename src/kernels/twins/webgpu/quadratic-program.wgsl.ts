/** @file WGSL: scaling, interior point and polish, which take the data of a quadratic program to a point or a ray; and the judge of these. */
import {LIFTS} from '../../contracts/qp-limits.js';
import {BIG_NUMBERS} from './big-numbers.wgsl.js';
import {CANDIDATE, DESCENT_RAY, FARKAS_RAY, GUESS, INVALID, NOTHING, OFFER, POINT} from './candidate.wgsl.js';
import {
  DUAL_INFEASIBLE,
  INEXACT,
  INTERIOR_POINT,
  interiorPointAreas,
  ITERATION_LIMIT,
  NUMERICAL_ERROR,
  PRIMAL_INFEASIBLE,
  SOLVE_TARGET,
  UNDECIDED,
} from './interior-point.wgsl.js';
import {JUDGING, judgeAreas} from './judge.wgsl.js';
import {DELTA_DOUBLE, DELTA_SINGLE, kktAreas, kktCode, NEVER} from './kkt.wgsl.js';
import {POLISH, polishAreas} from './polish.wgsl.js';
import {DATA, MATRICES, problemAreas} from './problem.wgsl.js';
import type {Areas} from './memory.js';
import type {Routine} from './run-problems.js';
import {SCALING, scalingAreas} from './scaling.wgsl.js';
import {FIRST_PROOF, STATE} from './state.wgsl.js';

/**
 * The rounding of a factorisation in f32, relative to the largest entry and per variable. A matrix that is definite by more than this is
 * certainly definite.
 */
const ROUNDING = 1.2e-7;
const ROUNDS = 6;
/** Replaces curvature that is exactly zero. */
const FLAT = 1e-25;
/** The residual of a linear system that counts as solved, and the residual to aim at. */
const EXACT = 1e-11;
const TARGET = 1e-12;
/** The error at which the active set is guessed for the first time, and the factor by which it must fall before another guess. */
const GUESS_BELOW = 1e-2;
const GUESS_AGAIN = 1e-1;
/** Options for the linear programs that prove that there is no solution. */
const PROOF_TOLERANCE = 1e-9;
const PROOF_ITERATIONS = 100;
/** The steps between two solves of a KKT system. */
const START = 0;
const CONSTANT = 1;
const POLISH_STAGE = 2;
const PREDICTOR = 3;
const CORRECTOR = 4;
const DEFINITE = 5;
const FINISH = 6;

/** @param rows The number of rows, those included that a linear program adds. */
export function quadraticProgramAreas(n: number, rows: number): [Areas, Areas] {
  const solving = {
    ...kktAreas(n, rows),
    ...problemAreas(n, rows),
    ...scalingAreas(rows),
    ...interiorPointAreas(n, rows),
    ...polishAreas(n, rows),
  };
  return [solving, judgeAreas(n, rows)];
}

/** The steps: the interior point and its judgement; that of other candidates; proofs; and whatever is exact up to f32, without a proof. */
export const FIND = 0;
export const JUDGE_OTHERS = 1;
const PROVE = 2;
export const LAST_RESORT = 3;

const SOLVE = `
var<private> claim: i32;
var<private> fallback: i32;
var<private> offered_x: i32;
var<private> offered_y: i32;
fn claim_ray(outcome: i32) {
  offered_x = $ray_x;
  offered_y = $ray_y;
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
  var guess_below = f32(${GUESS_BELOW});
  var rounds = ${ROUNDS};
  var shifts = -1;
  let curved = curvature();
  if (agree(curved < 0)) {
    claim = ${INVALID};
    return;
  }
  equilibrate_rows();
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
            if ($mode < 2) { claim = ${FARKAS_RAY}; }
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
    if (agree(last || (error <= guess_below && ray_claim < 0))) {
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
fn solve_in_mode() {
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
  let matrices = read_matrices();
  let vectors = read_vectors();
  if (agree(matrices && vectors)) { solve_in_stages(select($tolerance, ${PROOF_TOLERANCE}, $mode > 0)); } else { claim = ${INVALID}; }
  // What proves nothing changes nothing.
  offer(claim, select(fallback, -1, $mode > 0), offered_x, offered_y);
}
fn solve() {
  if ($first_step > ${FIND}) { if (agree(!is_open())) { return; } }
  for (var step = $first_step; step <= $last_step; step++) {
    if (agree(step == ${FIND} || step == ${PROVE})) {
      // The linear programs are for problems that nothing has solved.
      let proves = i32(step == ${PROVE});
      for (var mode = proves; mode <= 2 * proves; mode++) {
        $mode = mode;
        $k = $given_k + select(0, $n + 1, mode == 2);
        $without_far = i32(mode == 0);
        $max_iterations = select($iteration_limit, ${PROOF_ITERATIONS}, mode > 0);
        choose_candidate(select(0, ${FIRST_PROOF - 1} + mode, mode > 0));
        solve_in_mode();
      }
    }
    $k = $given_k;
    if (agree(step == ${FIND})) { start_state(); }
    var from_candidate = 0;
    var to_candidate = 0;
    if (step == ${JUDGE_OTHERS}) {
      from_candidate = $from_candidate;
      to_candidate = $to_candidate;
    } else if (step == ${PROVE}) {
      from_candidate = ${FIRST_PROOF};
      to_candidate = ${FIRST_PROOF + 1};
    } else if (step == ${LAST_RESORT}) {
      to_candidate = ${FIRST_PROOF - 1};
    }
    judge_candidates(from_candidate, to_candidate, step == ${LAST_RESORT});
    if (agree(!is_open())) { break; }
  }
}
`;

/** The steps from $first_step to $last_step. */
export const quadraticProgram: Routine = {
  name: 'quadratic program',
  code: (lanes) =>
    [
      ...[
        BIG_NUMBERS,
        kktCode(lanes),
        DATA,
        MATRICES,
        POLISH,
        INTERIOR_POINT,
        STATE,
        CANDIDATE,
        OFFER,
        GUESS,
        SCALING,
      ],
      ...[JUDGING, SOLVE],
    ].join('\n'),
  variables: {mode: 'i32', k: 'i32', without_far: 'i32', max_iterations: 'i32'},
};
