/** @file The data of a batch of quadratic programs in double precision, as the solver uses them, and what is wrong with them. */
import type * as tf from '@tensorflow/tfjs-core';
import {ASYMMETRY, LIFTS, NO_BOUND, ZERO} from '../../contracts/qp-limits.js';
import {
  abs,
  all,
  allOfAll,
  and,
  any,
  asNumber,
  cholesky,
  chosen,
  concat,
  places,
  diagonal,
  filled,
  given,
  identity,
  isAtLeast,
  isAtMost,
  isEqual,
  isFinite,
  isGreater,
  isLess,
  maxOfAll,
  minus,
  not,
  or,
  overOrZero,
  plus,
  replaced,
  rowMaxima,
  spread,
  sqrt,
  sum,
  take,
  times,
  turned,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';

/** min ½ xᵀPx + qᵀx subject to (C x)ᵢ = dᵢ for the first k rows and (C x)ᵢ ≤ dᵢ for the m rows after them. */
export interface Problem {
  batch: number;
  n: number;
  k: number;
  m: number;
  /** [B, n, n]. */
  P: Doubles;
  /** [B, n, 1]. */
  q: Doubles;
  /** [B, k + m, n]. */
  C: Doubles;
  /** [B, k + m, 1]; zero where there is no bound. */
  d: Doubles;
  /** Rows that have a bound, [B, k + m, 1]. */
  bounded: Flags;
  /** [1, k + m, 1]. */
  isEquality: Flags;
  /** By how much the diagonal of P must grow, relative to itself, to make P semidefinite again after rounding. */
  lift: Doubles;
}

/** A primal–dual point: x [B, n, 1], the multipliers y and the slack s = d − C x of all rows [B, k + m, 1]. */
export interface Point {
  x: Doubles;
  y: Doubles;
  s: Doubles;
}

export type Data = Record<'Q' | 'p' | 'G' | 'h' | 'A' | 'b', tf.TensorInfo>;

/** What is known about the samples before anything is solved; flags are [B, 1, 1]. */
export interface Read {
  problem: Problem;
  /** Whether the data make sense. */
  isValid: Flags;
  /** Whether a row of zeros cannot hold; and a ray y with dᵀy = −1 that consists of such rows, [B, k + m, 1]. */
  isImpossible: Flags;
  emptyRowRay: Doubles;
  /** Matrices that all samples share, [1, …]; else those of the problem. */
  matrices: {P: Doubles; C: Doubles};
}

/** What the samples have as matrices: [1, …] if all share them. */
export interface Matrices {
  /** Exactly symmetric; zero if Q is not symmetric up to f32 rounding, or not finite. */
  P: Doubles;
  /** The rows of A, then those of G. */
  C: Doubles;
  /** See `Problem.lift`. */
  lift: Doubles;
  isValid: Flags;
}

export function readMatrices({Q, G, A}: Pick<Data, 'Q' | 'G' | 'A'>, batch: number): Matrices {
  const count = [Q, G, A].every(({shape}) => shape[0] === 1) ? 1 : batch;
  const raw = widened(Q, count);
  const C = concat([widened(A, count), widened(G, count)], 1);
  const difference = maxOfAll(abs(minus(raw, turned(raw))));
  const isSymmetric = isAtMost(difference, times(ASYMMETRY, maxOfAll(abs(raw))));
  const usable = and(allOfAll(isFinite(raw)), allOfAll(isFinite(C)), isSymmetric);
  const P = where(usable, times(0.5, plus(raw, turned(raw))), 0);
  const {lift, isSemidefinite} = liftOf(P);
  return {P, C: where(usable, C, 0), lift, isValid: and(usable, isSemidefinite)};
}

const widened = (info: tf.TensorInfo, to: number): Doubles =>
  info.shape[0] === to ? given(info) : spread(given(info), [to, ...info.shape.slice(1)]);

/** The right-hand sides, [B, k + m, 1], and which rows are equalities. */
function readRows({h, b}: Data, batch: number): {d: Doubles; isEquality: Flags} {
  const column = (info: tf.TensorInfo) => spread(given(info, [...info.shape, 1]), [batch, info.shape[1], 1]);
  const d = concat([column(b), column(h)], 1);
  return {d, isEquality: isLess(places(d.shape[1]), b.shape[1])};
}

export function readProblem(data: Data): Read {
  const {p, G, A} = data;
  const [batch, n] = p.shape;
  const [m, k] = [G.shape[1], A.shape[1]];
  const {P, C, lift, isValid: isUsable} = readMatrices(data, batch);
  const q = given(p, [batch, n, 1]);
  const {d, isEquality} = readRows(data, batch);
  // NaN is not above either.
  const mayBe = and(isGreater(d, -NO_BOUND), or(isLess(d, NO_BOUND), not(isEquality)));
  const isValid = and(isUsable, all(isFinite(q)), all(mayBe));
  // A sample that is not valid takes part as a problem with nothing in it.
  const isBound = and(isLess(d, NO_BOUND), isValid);
  const d0 = where(isBound, d, 0);
  const isEmpty = isEqual(rowMaxima(abs(C)), 0);
  const wrong = or(and(isEquality, isGreater(abs(d0), ZERO)), and(not(isEquality), isLess(d0, -ZERO)));
  const impossible = and(isEmpty, wrong);
  return {
    problem: {
      ...{batch, n, k, m},
      P: where(isValid, P, 0),
      q: where(isValid, q, 0),
      C: where(isValid, C, 0),
      d: where(isEmpty, 0, d0),
      bounded: and(isBound, not(isEmpty)),
      isEquality,
      lift: spread(lift, [batch, 1, 1]),
    },
    isValid,
    isImpossible: any(impossible),
    emptyRowRay: where(impossible, overOrZero(-1, times(sum(asNumber(impossible)), d0)), 0),
    matrices: {P, C},
  };
}

/** The problem without a look at whether it makes sense. Rows of zeros that hold have no bound. */
export function readAsGiven(data: Data): Problem {
  const {Q, p, G, A} = data;
  const [batch, n] = p.shape;
  const raw = widened(Q, batch);
  const C = concat([widened(A, batch), widened(G, batch)], 1);
  const {d, isEquality} = readRows(data, batch);
  const isEmpty = isEqual(rowMaxima(abs(C)), 0);
  const holds = or(and(isEquality, isAtMost(abs(d), ZERO)), and(not(isEquality), isAtLeast(d, -ZERO)));
  const bounded = and(isLess(d, NO_BOUND), not(and(isEmpty, holds)));
  return {
    ...{batch, n, k: A.shape[1], m: G.shape[1]},
    P: times(0.5, plus(raw, turned(raw))),
    q: given(p, [batch, n, 1]),
    C,
    d: where(bounded, d, 0),
    bounded,
    isEquality,
    lift: filled([batch, 1, 1], 0),
  };
}

/** Each variable is judged in its own units. */
function liftOf(P: Doubles): {lift: Doubles; isSemidefinite: Flags} {
  const diag = diagonal(P);
  const units = where(isGreater(diag, 0), overOrZero(1, sqrt(abs(diag))), 0);
  // If a variable has no curvature of its own, or a negative one, its row must be zero.
  const isRow = or(isGreater(diag, 0), isEqual(rowMaxima(abs(P)), 0));
  const scaled = times(times(P, units), turned(units));
  const eye = identity(P.shape[1]);
  const fits = (matrix: Doubles, lift: number): Flags =>
    allOfAll(isFinite(cholesky(plus(matrix, times(lift, eye)))));
  let found = fits(scaled, LIFTS[0]);
  let lift = where(found, 0, NaN);
  for (const amount of LIFTS.slice(1)) {
    const rest = chosen(not(found));
    if (rest.count === 0) break;
    const now = where(fits(take(scaled, rest), amount), amount, NaN);
    lift = replaced(lift, rest, now);
    found = isFinite(lift);
  }
  return {lift: where(found, lift, 0), isSemidefinite: and(found, all(isRow))};
}

/** The chosen samples of a problem. */
export function takeProblem(problem: Problem, samples: ReturnType<typeof chosen>): Problem {
  const {P, q, C, d, lift, bounded} = problem;
  return {
    ...problem,
    batch: samples.count,
    P: take(P, samples),
    q: take(q, samples),
    C: take(C, samples),
    d: take(d, samples),
    lift: take(lift, samples),
    bounded: take(bounded, samples, true),
  };
}
