/** @file WGSL: what is known of a quadratic program between the shaders and at the end. It stays in the problem's record. */
import {ITERATION_LIMIT, NUMERICAL_ERROR} from './interior-point.wgsl.js';
import {candidateSize} from './candidate.wgsl.js';
import type {Areas} from './memory.js';

/** The numbers of the candidates: 0 the interior point, 2 and 4 the active set, each followed by the same on independent rows. */
export const ATTEMPTS = 3;
/** Then the Farkas ray, and the ray of descent. */
export const FIRST_PROOF = 2 * ATTEMPTS;
const CANDIDATES = FIRST_PROOF + 2;

export function stateAreas(n: number, m: number, k: number): Areas {
  const sizes = {
    ...{x: n, ineqDual: m, eqDual: k, slack: m, activity: m},
    ...{status: 1, iterations: 1, residual: 1},
    ...{certificateX: n, certificateIneq: m, certificateEq: k},
    candidates: CANDIDATES * candidateSize(n, k + m),
  };
  return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, {size}]));
}

export const STATE = `
fn status_now() -> i32 { return i32(noted($status)); }
// Whether there is neither a solution nor a proof that there is none.
fn is_open() -> bool {
  let now = status_now();
  return now == ${NUMERICAL_ERROR} || now == ${ITERATION_LIMIT};
}
`;
