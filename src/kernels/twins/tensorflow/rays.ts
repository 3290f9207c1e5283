/** @file Decides whether rays prove that problems of a batch have no solution: in the user's units, row by row, and beyond rounding. */
import {CANCELS, CONTRADICTION, FALLS, FLAT} from '../../contracts/qp-limits.js';
import {
  abs,
  all,
  and,
  any,
  concat,
  dot,
  eigh,
  filled,
  isAtMost,
  isEqual,
  isFinite,
  isGreater,
  isLess,
  maximum,
  max,
  maxAbs,
  minus,
  mul,
  mulByT,
  mulT,
  neg,
  not,
  or,
  over,
  overOrZero,
  range,
  plus,
  broadcastTo,
  sum,
  times,
  transpose,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import type {Magnitudes} from './certificate.js';
import {unscale, type Scaling} from './scaling.js';
import type {Problem} from './problem.js';

/** Entries of a ray below this part of its largest entry, in scaled units, are rounding. */
const NOISE = 1e-11;

/** Where the flag is set, the vector is a proof, whose value along the ray is −1. */
export interface Proof {
  holds: Flags;
  ray: Doubles;
}

/** The corrections of a ray, and what counts as zero when they are computed. */
const CORRECTIONS = 4;
const RANK = 1e-13;
/** A row whose value along a ray is above this, relative to its terms, does not change along it. */
const STAYS = 1e-6;

const withoutNoise = (v: Doubles) => where(isLess(abs(v), times(NOISE, maxAbs(v))), 0, v);

/** A ray y of the scaled problem in the user's units, corrected so that Cᵀy = 0; entries change in proportion to their size. */
export function farkasRay({C, d, isEquality, batch}: Problem, given: Doubles, scaling: Scaling): Doubles {
  const present = where(scaling.absent, 0, given);
  let y = withoutNoise(where(isEquality, present, maximum(0, present)));
  const M = concat([transpose(C), transpose(d)], 1);
  const [, conditions, rows] = M.shape;
  const weight = broadcastTo(where(isEquality, maxAbs(y), y), [batch, rows, 1]);
  const N = times(M, transpose(weight));
  const target = where(isEqual(range(conditions), conditions - 1), -1, 0);
  const solve = pseudoInverse(mulByT(N, N));
  for (let k = 0; k < CORRECTIONS; k++) {
    y = plus(y, times(weight, mulT(N, solve(minus(target, mul(M, y))))));
  }
  return unscale({x: filled([1, C.shape[2], 1], 0), y, s: y}, scaling).y;
}

/** A ray x, likewise: P x = 0, and rows that hardly change along it do not change at all. */
export function descentRay({P, q, C, isEquality}: Problem, given: Doubles, scaling: Scaling): Doubles {
  let x = over(withoutNoise(given), maximum(maxAbs(given), 1e-30));
  const still = isGreater(mul(C, x), times(-STAYS, mul(abs(C), abs(x))));
  const M = concat([P, where(or(isEquality, still), C, 0), transpose(q)], 1);
  const conditions = M.shape[1];
  const isLast = isEqual(range(conditions), conditions - 1);
  // The value along the ray stays what it is.
  const target = where(isLast, dot(q, x), 0);
  const solve = pseudoInverse(mulT(M, M));
  for (let k = 0; k < CORRECTIONS; k++) x = plus(x, solve(mulT(M, minus(target, mul(M, x)))));
  return unscale({x, y: mul(C, x), s: mul(C, x)}, scaling).x;
}

/** Products with the pseudo-inverse of symmetric matrices. */
function pseudoInverse(K: Doubles): (v: Doubles) => Doubles {
  const {values, vectors} = eigh(K);
  const inverse = where(isGreater(values, times(RANK, max(values))), overOrZero(1, values), 0);
  return (v) => mul(vectors, times(inverse, mulT(vectors, v)));
}

/** Cᵀy = 0, y ≥ 0 on the inequalities, and dᵀy < 0 by more than rounding the right-hand sides to f32 could cause. */
export function farkas({problem, C: sizes}: Magnitudes, given: Doubles): Proof {
  const {C, d, bounded, isEquality} = problem;
  const y = where(isEquality, given, maximum(0, given));
  const value = times(d, y);
  const gap = neg(sum(value));
  const missing = any(and(isGreater(abs(y), 0), not(bounded)));
  const cancels = all(isAtMost(abs(mulT(C, y)), times(CANCELS, mulT(sizes, abs(y)))));
  const isClear = isGreater(gap, times(CONTRADICTION, sum(abs(value))));
  const ray = times(y, overOrZero(1, gap));
  return {holds: and(isClear, cancels, not(missing), all(isFinite(ray))), ray};
}

/** Px = 0, Cx ≤ 0 (equalities: = 0) on the rows that have a bound, and qᵀx < 0. */
export function descent({problem, P: sizesP, C: sizesC}: Magnitudes, x: Doubles): Proof {
  const {P, q, C, bounded, isEquality} = problem;
  const value = times(q, x);
  const fall = neg(sum(value));
  const isClear = isGreater(fall, times(FALLS, sum(abs(value))));
  const flat = all(isAtMost(abs(mul(P, x)), times(FLAT, mul(sizesP, abs(x)))));
  const along = mul(C, x);
  const error = where(isEquality, abs(along), along);
  const stays = all(or(not(bounded), isAtMost(error, times(CANCELS, mul(sizesC, abs(x))))));
  const ray = over(x, where(isGreater(fall, 0), fall, 1));
  return {holds: and(isClear, flat, stays, all(isFinite(ray))), ray};
}
