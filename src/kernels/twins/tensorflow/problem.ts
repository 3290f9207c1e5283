/** @file A batch of quadratic programs in double precision, as the solver uses it. */
import type * as tf from '@tensorflow/tfjs-core';
import {gather, type Chosen, type Doubles, type Flags} from './arrays/index.js';

/** The tensors of the batch as they are given; what all samples share has a batch of one. */
export type Data = Record<'Q' | 'p' | 'G' | 'h' | 'A' | 'b', tf.TensorInfo>;

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

/** The chosen samples of a problem. */
export function takeProblem(problem: Problem, samples: Chosen): Problem {
  const {P, q, C, d, lift, bounded} = problem;
  return {
    ...problem,
    batch: samples.count,
    P: gather(P, samples),
    q: gather(q, samples),
    C: gather(C, samples),
    d: gather(d, samples),
    lift: gather(lift, samples),
    bounded: gather(bounded, samples, true),
  };
}
