/**
 * @file The homogeneous self-dual embedding of a batch of quadratic programs:
 *
 *     P x + Cᵀy + q τ = 0,   C x + s − d τ = 0,   xᵀP x/τ + qᵀx + dᵀy + κ = 0,   s ∘ y = 0, κτ = 0
 */
import {asNumber, concat, filled, maxAbs, not, slice, type Doubles, type Flags} from './arrays/index.js';
import type {Rows} from './kkt-factors.js';
import type {Point, Problem} from './problem.js';

/** What stays the same in all steps. */
export class Embedding {
  /** 1 for inequalities, else 0. */
  readonly soft: Doubles;
  readonly isSoft: Flags;
  readonly A: Doubles | null;
  readonly maxQ: Doubles;
  readonly maxD: Doubles;

  constructor(readonly problem: Problem) {
    const {isEquality, k, C, q, d} = problem;
    this.isSoft = not(isEquality);
    this.soft = asNumber(this.isSoft);
    this.A = k > 0 ? slice(C, 1, 0, k) : null;
    this.maxQ = maxAbs(q);
    this.maxD = maxAbs(d);
  }

  /** The rows of the KKT systems of a step. */
  rows(softWeights: Doubles, w: Doubles): Rows {
    const {problem, A} = this;
    const {batch, k, m} = problem;
    return {
      soft: m > 0 ? softWeights : null,
      w,
      hard: A,
      idle: 0,
      present: 1,
      toAll: (hard) => (m > 0 ? concat([hard, filled([batch, m, 1], 0)], 1) : hard),
      toHard: (g) => (m > 0 ? slice(g, 1, 0, k) : g),
    };
  }
}

/** Where the interior-point method is, in each sample. */
export interface State extends Point {
  tau: Doubles;
  kappa: Doubles;
  delta: Doubles;
  best: Point;
  bestError: Doubles;
  stalls: Doubles;
  iterations: Doubles;
  isDone: Flags;
  isInfeasible: Flags;
  isUnbounded: Flags;
}
