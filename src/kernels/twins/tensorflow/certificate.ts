/**
 * @file How far points are from solving the quadratic programs of a batch: each row and column of the optimality conditions is measured
 * against its own terms (`algorithms/qp/certificate.ts` has the definition).
 */
import {
  ACTIVE,
  FAR_OUT,
  HOPELESS,
  HOPS,
  IGNORED,
  NEIGHBOUR,
  NOISE,
  SINGLE_DIGITS,
  TIGHT,
  UNBOUNDED,
} from '../../contracts/qp-limits.js';
import {
  abs,
  and,
  any,
  asNumber,
  isAtMost,
  isEqual,
  isGreater,
  isLess,
  maximum,
  max,
  maxAbs,
  minus,
  mul,
  mulT,
  not,
  or,
  over,
  overOrZero,
  plus,
  rowMaxima,
  rowSums,
  minimum,
  times,
  transpose,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import type {Problem} from './problem.js';

const DOUBLE = 1e-14;
/** A variable is held by its bound if the multiplier makes up at least this part of the variable's terms. */
const HELD = 1e-2;

/** The magnitudes of the data of a problem in the user's units, for which every measurement asks. */
export interface Magnitudes {
  problem: Problem;
  P: Doubles;
  C: Doubles;
  q: Doubles;
  d: Doubles;
}

export const magnitudesOf = (problem: Problem): Magnitudes => ({
  problem,
  P: abs(problem.P),
  C: abs(problem.C),
  q: abs(problem.q),
  d: abs(problem.d),
});

/** What is measured at a point (x, y), y not negative on the inequalities and zero on rows without a bound. */
export interface Measured {
  x: Doubles;
  y: Doubles;
  /** The largest quotient, [B, 1, 1]; NaN if the point is not a number. */
  residual: Doubles;
  columns: Doubles;
  rows: Doubles;
  columnTerms: Doubles;
  rowTerms: Doubles;
  /** The part of `columnTerms` that does not come from multipliers, and that of the curvature alone. */
  costTerms: Doubles;
  curvatureTerms: Doubles;
  Px: Doubles;
  gradient: Doubles;
  /** Cx − d. */
  excess: Doubles;
  /** How much each multiplier matters: its largest part in the terms of a variable. */
  multipliers: Doubles;
}

export function measure(sizes: Magnitudes, x: Doubles, y: Doubles): Measured {
  const {problem} = sizes;
  const {P, q, C, d} = problem;
  const [xs, ys] = [abs(x), abs(y)];
  const Px = mul(P, x);
  const curvatureTerms = mul(sizes.P, xs);
  const costTerms = plus(curvatureTerms, sizes.q);
  const columnTerms = plus(costTerms, mulT(sizes.C, ys));
  const gradient = plus(plus(Px, q), mulT(C, y));
  const rowTerms = plus(mul(sizes.C, xs), sizes.d);
  const excess = minus(mul(C, x), d);
  const known = {x, y, columnTerms, rowTerms, costTerms, curvatureTerms, Px, gradient, excess};
  return {...known, ...quotients(sizes, known, columnTerms, rowTerms)};
}

/** error / terms; the largest quotient if there are no terms. */
function quotient(error: Doubles, terms: Doubles): Doubles {
  const plain = minimum(over(error, terms), UNBOUNDED);
  return where(isEqual(error, 0), 0, where(isGreater(terms, 0), plain, UNBOUNDED));
}

function quotients(
  {problem, C}: Magnitudes,
  {y, gradient, excess}: Pick<Measured, 'y' | 'gradient' | 'excess'>,
  T: Doubles,
  R: Doubles,
): Pick<Measured, 'columns' | 'rows' | 'multipliers' | 'residual'> {
  const {bounded, isEquality} = problem;
  const columns = quotient(abs(gradient), T);
  const multipliers = times(abs(y), rowMaxima(times(C, transpose(overOrZero(1, T)))));
  const off = quotient(abs(excess), R);
  const inside = minimum(multipliers, off);
  const rows = where(bounded, where(or(isEquality, isGreater(excess, 0)), off, inside), 0);
  return {columns, rows, multipliers, residual: maximum(max(columns), max(rows))};
}

/** The terms where an entry close to zero counts as at least a part of the terms of its neighbours: `neighbours.ts` of the host. */
export function amongNeighbours(
  sizes: Magnitudes,
  at: Measured,
): Pick<Measured, 'columns' | 'rows' | 'residual'> {
  const {problem, P, C, q, d} = sizes;
  const {bounded, isEquality} = problem;
  const {x, y, multipliers, excess, rowTerms, curvatureTerms} = at;
  const holds = and(isGreater(multipliers, ACTIVE), isAtMost(abs(excess), times(TIGHT, rowTerms)));
  const active = and(or(isEquality, holds), bounded);
  const Ca = where(active, C, 0);
  const base = plus(curvatureTerms, q);
  let [xs, ys] = [abs(x), abs(y)];
  const [fromP, fromC] = [spreading(P), spreading(Ca)];
  const inverse = overOrZero(1, Ca);
  for (let hop = 0; hop < HOPS; hop++) {
    const nextX = maximum(xs, maximum(fromC(xs), fromP(xs)));
    const tops = maximum(base, transpose(max(times(Ca, ys))));
    const nextY = maximum(ys, times(NEIGHBOUR, rowMaxima(times(inverse, transpose(tops)))));
    [xs, ys] = [nextX, nextY];
  }
  const columns = plus(plus(mul(P, xs), q), mulT(C, ys));
  const rows = plus(mul(C, xs), d);
  return quotients(sizes, at, columns, rows);
}

/** For each variable, the most that a row with two or more entries gives it: a part of the row's largest term over the entry. */
function spreading(A: Doubles): (sizes: Doubles) => Doubles {
  const several = isGreater(rowSums(asNumber(isGreater(A, 0))), 1.5);
  const inverse = overOrZero(NEIGHBOUR, where(several, A, 0));
  return (xs) => {
    const tops = rowMaxima(times(A, transpose(xs)));
    return transpose(max(times(inverse, tops)));
  };
}

/**
 * Whether the point is so far out that q or d are negligible among its terms, and it does not satisfy them either: far out along a ray,
 * everything is small relative to x.
 */
export function losesGivenNumbers({problem, q, d}: Magnitudes, at: Measured): Flags {
  const {bounded, isEquality} = problem;
  const {columnTerms, rowTerms, gradient, excess, curvatureTerms, Px} = at;
  const kept = maximum(abs(Px), q);
  const cancels = any(and(isGreater(q, 0), isGreater(curvatureTerms, times(HOPELESS, kept))));
  const lost = (numbers: Doubles, terms: Doubles, errors: Doubles, counts: Flags): Flags => {
    const isGiven = and(counts, isGreater(numbers, times(NOISE, maxAbs(where(counts, numbers, 0)))));
    const share = over(numbers, terms);
    const isLost = and(
      isLess(share, FAR_OUT),
      isGreater(errors, times(IGNORED, numbers)),
      isGreater(errors, times(DOUBLE, terms)),
    );
    const counted = any(and(isGiven, isGreater(share, DOUBLE)));
    return or(any(and(isGiven, isLost)), and(any(isGiven), not(counted)));
  };
  const everywhere = isGreater(q, -1);
  const rowErrors = where(isEquality, abs(excess), maximum(excess, 0));
  return or(cancels, lost(q, columnTerms, abs(gradient), everywhere), lost(d, rowTerms, rowErrors, bounded));
}

/**
 * Whether multipliers are so large that only the f32 rounding of the rows keeps them from cancelling. A variable that is held by its own
 * bound is not affected.
 */
export function pullsOnRounding({C, q}: Magnitudes, {y, columnTerms, costTerms}: Measured): Flags {
  const isPulled = and(isGreater(q, 0), isGreater(columnTerms, times(SINGLE_DIGITS, costTerms)));
  const single = isEqual(rowSums(asNumber(isGreater(C, 0))), 1);
  const pull = where(single, times(C, abs(y)), 0);
  const held = isGreater(transpose(max(pull)), times(HELD, columnTerms));
  return any(and(isPulled, not(held)));
}

/** Whether a residual allows the point; NaN does not. */
export const meets = (residual: Doubles, most: number): Flags => isAtMost(residual, most);
