/**
 * @file WGSL: other solvers for the problems whose point the judge has not accepted. A point is moved onto independent rows; and a dual
 * active-set method looks for another.
 */
import {ACTIVE_SET, activeSetAreas} from './active-set.wgsl.js';
import {ADDED_ROWS} from './added-rows.wgsl.js';
import {BIG_NUMBERS} from './big-numbers.wgsl.js';
import {CANDIDATE, NOTHING, OFFER, POINT} from './candidate.wgsl.js';
import {CLEARLY, INDEPENDENT_ROWS, independentRowsAreas} from './independent-rows.wgsl.js';
import {NUMERICAL_ERROR} from './interior-point.wgsl.js';
import type {Areas} from './memory.js';
import {DATA, MATRICES, problemAreas} from './problem.wgsl.js';
import type {Routine} from './run-problems.js';
import {SCALING, scalingAreas} from './scaling.wgsl.js';
import {STATE} from './state.wgsl.js';
import {VECTORS} from './vectors.wgsl.js';

/**
 * A row depends on the others if its part outside of their span is below this. The first attempt of the active set treats rows that are
 * equal up to the rounding of f32 as one and takes the last proximal point. The second one takes the best point.
 */
const DEPENDENT = [1e-7, 1e-9];

export function rescueAreas(n: number, rows: number): Areas {
  return {
    ...{P: {size: n * n}, C: {size: rows * n}},
    ...problemAreas(n, rows),
    ...scalingAreas(rows),
    ...activeSetAreas(n, rows),
    ...independentRowsAreas(n, rows),
  };
}

/** Each function has a single call site, because device compilers copy a function to every place that calls it. */
const SOLVE = `
// Reads the problem, and makes the candidate of this attempt.
fn look_further(attempt: i32, finds: bool) {
  iterations = 0;
  beta_of = 1;
  c_of = 1;
  for (var j = lane; j < $n; j += LANES) { wr($D, j, 1); }
  for (var i = lane; i < $k + $m; i += LANES) { wr($E, i, 1); }
  clear($found_x, $n);
  clear($found_y, $k + $m);
  offered_x = $found_x;
  offered_y = $found_y;
  choose_candidate(2 * attempt);
  var claim = ${NOTHING};
  var wanted = claimed() == ${POINT};
  if (finds) { wanted = status_now() == ${NUMERICAL_ERROR}; }
  if (agree(wanted)) {
    let matrices = read_matrices();
    if (agree(read_vectors() && matrices)) {
      equilibrate_rows();
      scale_matrices();
      scale_problem();
      if (agree(finds)) {
        dependent = select(f32(${DEPENDENT[1]}), ${DEPENDENT[0]}, attempt == 1);
        claim = search(attempt == 1);
      } else {
        dependent = ${CLEARLY};
        read_point();
        solve_on_rows();
        claim = ${POINT};
      }
    }
  }
  if (!finds) { choose_candidate(2 * attempt + 1); }
  offer(claim, -1, offered_x, offered_y);
}
fn solve() {
  if (agree(!is_open())) { return; }
  for (var which = $from_candidate; which <= $to_candidate; which++) { look_further(which / 2, which % 2 == 0); }
}
`;

/** Makes the candidates from $from_candidate to $to_candidate; see `state.wgsl.ts`. */
export const rescue: Routine = {
  name: 'rescue of quadratic programs',
  code: () =>
    [
      ...[BIG_NUMBERS, VECTORS, DATA, MATRICES, STATE, CANDIDATE, OFFER, SCALING, ADDED_ROWS],
      ...[ACTIVE_SET, INDEPENDENT_ROWS, SOLVE],
    ].join('\n'),
};
