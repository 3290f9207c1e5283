/** @file Decides whether rays prove that problems of a batch have no solution: in the user's units, row by row, and beyond rounding. */
import {CANCELS, CONTRADICTION, FALLS, FLAT} from '../../contracts/qp-limits.js';
import {
  abs,
  all,
  and,
  any,
  isAtMost,
  isFinite,
  isGreater,
  isLess,
  larger,
  maxAbs,
  mul,
  mulT,
  neg,
  not,
  or,
  over,
  overOrZero,
  sum,
  times,
  where,
  type Doubles,
  type Flags,
} from './arrays.js';
import type {Magnitudes} from './certificate.js';
import {unscale, type Scaling} from './scaling.js';
import type {Point} from './problem.js';

/** Entries of a ray below this part of its largest entry, in scaled units, are rounding. */
const NOISE = 1e-11;

/** Where the flag is set, the vector is a proof, whose value along the ray is −1. */
export interface Proof {
  holds: Flags;
  ray: Doubles;
}

/** A ray of the scaled problem in the user's units, without entries that are only rounding. */
export function rayOf({x, y, s}: Point, scaling: Scaling): Point {
  const clean = (v: Doubles) => where(isLess(abs(v), times(NOISE, maxAbs(v))), 0, v);
  return unscale({x: clean(x), y: clean(y), s}, scaling);
}

/** Cᵀy = 0, y ≥ 0 on the inequalities, and dᵀy < 0 by more than rounding the right-hand sides to f32 could cause. */
export function farkas({problem, C: sizes}: Magnitudes, given: Doubles): Proof {
  const {C, d, bounded, isEquality} = problem;
  const y = where(isEquality, given, larger(0, given));
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
