/** @file Reads the data of a batch of quadratic programs, and says what is wrong with them. */
import type * as tf from '@tensorflow/tfjs-core';
import {NO_BOUND, ZERO} from '../../contracts/qp-limits.js';
import {
  abs,
  all,
  and,
  any,
  asNumber,
  concat,
  filled,
  given,
  isAtLeast,
  isAtMost,
  isEqual,
  isFinite,
  isGreater,
  isLess,
  not,
  or,
  overOrZero,
  range,
  plus,
  rowMaxima,
  broadcastTo,
  sum,
  times,
  transpose,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import type {Data, Problem} from './problem.js';
import {readMatrices, widened} from './read-matrices.js';

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
      lift: broadcastTo(lift, [batch, 1, 1]),
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
    P: times(0.5, plus(raw, transpose(raw))),
    q: given(p, [batch, n, 1]),
    C,
    d: where(bounded, d, 0),
    bounded,
    isEquality,
    lift: filled([batch, 1, 1], 0),
  };
}

/** The right-hand sides, [B, k + m, 1], and which rows are equalities. */
function readRows({h, b}: Data, batch: number): {d: Doubles; isEquality: Flags} {
  const column = (info: tf.TensorInfo) =>
    broadcastTo(given(info, [...info.shape, 1]), [batch, info.shape[1], 1]);
  const d = concat([column(b), column(h)], 1);
  return {d, isEquality: isLess(range(d.shape[1]), b.shape[1])};
}
