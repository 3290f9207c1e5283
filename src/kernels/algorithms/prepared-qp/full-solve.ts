/** @file Solves a prepared problem with the solver of `qp/`: interior point, polishing, and all that follows. */
import {denseKernels} from '../../twins/current-dense.js';
import type {Digits, QPResult} from '../qp/acceptance.js';
import {denseSolver} from '../qp/dense-solver.js';
import type {Point, Problem} from '../qp/types.js';

/** How a problem is to be solved. */
export interface SolveLimits {
  /** The largest certificate of a solution. */
  tolerance: number;
  maxIterations: number;
}

/**
 * @param bounds The right-hand sides as given.
 * @param digits 'double': each row and column must be solved to the tolerance. 'single': as `solveQP` does it.
 * @param guess Its active set is tried first.
 */
export function solveFully(
  {n, p, m, P: {values: P}, q, C: {values: C}, lift, sides}: Problem,
  bounds: Float64Array,
  digits: Digits,
  {tolerance, maxIterations}: SolveLimits,
  guess?: Point,
): QPResult {
  const dense = denseKernels();
  // The scope may run again with more memory, so it makes everything that it needs.
  return dense.scope(() => {
    const solver = denseSolver(dense, {n, p, m, sides}, digits);
    const {problem} = solver;
    problem.P.values.set(P);
    problem.q.set(q);
    problem.C.values.set(C);
    problem.d.set(bounds);
    problem.lift = lift;
    return solver.solve(tolerance, maxIterations, guess);
  });
}
