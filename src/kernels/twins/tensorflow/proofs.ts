/**
 * @file Looks for proofs that problems of a batch have no solution with two linear programs, whose embeddings converge fast where that of
 * the quadratic program is very slow.
 */
import {
  concat,
  filled,
  isEqual,
  isLess,
  range,
  broadcastTo,
  times,
  transpose,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import {interiorPoint} from './interior-point.js';
import type {Problem} from './problem.js';

const LIMITS = {tolerance: 1e-9, maxIterations: 50, corrections: 3};

/** A candidate for a Farkas ray: multipliers of the rows. It is zero in a sample that has none. */
export function farkasCandidate(problem: Problem): Doubles {
  const linear = {...problem, P: times(problem.P, 0), q: times(problem.q, 0)};
  const {ray, isInfeasible} = interiorPoint(linear, LIMITS);
  return where(isInfeasible, ray.y, 0);
}

/** A candidate for a direction of unbounded descent: P x = 0, C x ≤ 0 (equalities: = 0), qᵀx = −1. */
export function descentCandidate(problem: Problem, absent: Flags): Doubles {
  const {batch, n, k, m, P, q, C} = problem;
  const rows = n + 1 + k + m;
  const linear: Problem = {
    ...problem,
    k: n + 1 + k,
    P: filled([batch, n, n], 0),
    q: filled([batch, n, 1], 0),
    C: concat([P, transpose(q), C], 1),
    d: concat(
      [
        broadcastTo(where(isEqual(range(n + 1), n), -1, 0), [batch, n + 1, 1]),
        broadcastTo(where(absent, where(problem.isEquality, 0, 1), 0), [batch, k + m, 1]),
      ],
      1,
    ),
    bounded: isLess(filled([batch, rows, 1], 0), 1),
    isEquality: isLess(range(rows), n + 1 + k),
  };
  return interiorPoint(linear, LIMITS).best.x;
}
