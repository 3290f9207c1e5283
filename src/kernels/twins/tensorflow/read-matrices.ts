/** @file The matrices of a batch of quadratic programs in double precision, and whether they make sense. */
import type * as tf from '@tensorflow/tfjs-core';
import {ASYMMETRY, LIFTS} from '../../contracts/qp-limits.js';
import {
  abs,
  all,
  allOfAll,
  and,
  cholesky,
  chosen,
  concat,
  diagonal,
  given,
  identity,
  isAtMost,
  isEqual,
  isFinite,
  isGreater,
  maxOfAll,
  minus,
  not,
  or,
  overOrZero,
  plus,
  scatter,
  rowMaxima,
  broadcastTo,
  sqrt,
  gather,
  times,
  transpose,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import type {Data} from './problem.js';

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
  const difference = maxOfAll(abs(minus(raw, transpose(raw))));
  const isSymmetric = isAtMost(difference, times(ASYMMETRY, maxOfAll(abs(raw))));
  const usable = and(allOfAll(isFinite(raw)), allOfAll(isFinite(C)), isSymmetric);
  const P = where(usable, times(0.5, plus(raw, transpose(raw))), 0);
  const {lift, isSemidefinite} = liftOf(P);
  return {P, C: where(usable, C, 0), lift, isValid: and(usable, isSemidefinite)};
}

/** A matrix of each sample, or of all. */
export const widened = (info: tf.TensorInfo, to: number): Doubles =>
  info.shape[0] === to ? given(info) : broadcastTo(given(info), [to, ...info.shape.slice(1)]);

/** Each variable is judged in its own units. */
function liftOf(P: Doubles): {lift: Doubles; isSemidefinite: Flags} {
  const diag = diagonal(P);
  const units = where(isGreater(diag, 0), overOrZero(1, sqrt(abs(diag))), 0);
  // If a variable has no curvature of its own, or a negative one, its row must be zero.
  const isRow = or(isGreater(diag, 0), isEqual(rowMaxima(abs(P)), 0));
  const scaled = times(times(P, units), transpose(units));
  const eye = identity(P.shape[1]);
  const fits = (matrix: Doubles, lift: number): Flags =>
    allOfAll(isFinite(cholesky(plus(matrix, times(lift, eye)))));
  let found = fits(scaled, LIFTS[0]);
  let lift = where(found, 0, NaN);
  for (const amount of LIFTS.slice(1)) {
    const rest = chosen(not(found));
    if (rest.count === 0) break;
    const now = where(fits(gather(scaled, rest), amount), amount, NaN);
    lift = scatter(lift, rest, now);
    found = isFinite(lift);
  }
  return {lift: where(found, lift, 0), isSemidefinite: and(found, all(isRow))};
}
