/** @file Solves a conic program after removing contradictions that rounding its data to f32 could have caused. */
import {provesInfeasible, provesUnbounded} from './certificate.js';
import {inner, type ConicProblem} from './problem.js';
import {search, type Search} from './search.js';

/** The most contradictions of the size of rounding that are removed. */
const MAX_SHIFTS = 30;

/**
 * Solves a problem whose rays may be caused by rounding. If y proves a contradiction that rounding d to f32 could have caused, d is moved
 * to remove it, by the least share of each entry. c is treated in the same way.
 */
export function solveConsistent(given: ConicProblem, tolerance: number, maxIterations: number): Search {
  let problem = given;
  let iterations = 0;
  for (let shift = 0; ; shift++) {
    const found = search(problem, given, tolerance, maxIterations);
    iterations += found.iterations;
    const {ray, outcome} = found;
    if (outcome !== 'unsolved' || !ray || shift === MAX_SHIFTS) return {...found, iterations};
    const [infeasible, unbounded] = [provesInfeasible(problem, ray.y), provesUnbounded(problem, ray.z)];
    if (infeasible === 'rounding') problem = {...problem, d: reconciled(problem.d, ray.y)};
    else if (unbounded === 'rounding') problem = {...problem, c: reconciled(problem.c, ray.z)};
    else return {...found, iterations};
  }
}

/** v + δ with ⟨v + δ, ray⟩ = 0 and the least Σ(δ/v)². */
function reconciled(v: Float64Array, ray: Float64Array): Float64Array {
  const weights = v.map((value, i) => value * value * ray[i]);
  const size = inner(weights, ray);
  const factor = -inner(v, ray) / size;
  return v.map((value, i) => value + (1 + 1e-9) * factor * weights[i]);
}
