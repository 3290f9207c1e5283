/** @file The f64 data of one quadratic program and of its solution, as the solver uses them. */
import {NO_BOUND} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import {DenseMatrix} from './dense-matrix.js';

/**
 * min ½ xᵀPx + qᵀx subject to (C x)ᵢ = dᵢ for i < p and (C x)ᵢ ≤ dᵢ for the m rows after them. P is symmetric positive semidefinite.
 */
export interface Problem<Matrix extends ProblemMatrix = DenseMatrix> {
  n: number;
  /** The number of equalities. */
  p: number;
  /** The number of inequalities. */
  m: number;
  /** [n, n]. */
  P: Matrix;
  /** [n]. */
  q: Vector;
  /** [p + m, n]. */
  C: Matrix;
  /** [p + m]; an inequality with a value of `NO_BOUND` or more has no bound. */
  d: Vector;
  /** By how much the diagonal of P must grow, relative to itself, to make P semidefinite again after rounding. Usually zero. */
  lift: number;
  /** Which bounds the last inequalities are (`contracts/bounds.ts`). Default: none. */
  sides?: number | undefined;
}

/** Whether a right-hand side is a bound. */
export const isBound = (value: number) => value < NO_BOUND;

/** A primal–dual point: P x + q + Cᵀy = 0, y ≥ 0 and s ≥ 0 on the inequalities, s = 0 on the equalities. */
export interface Point<Values extends Float64Array = Float64Array> {
  x: Values;
  /** Multipliers of all rows, [p + m]. */
  y: Values;
  /** d − C x, [p + m]. */
  s: Values;
}

/** A problem whose matrices are of any kind. */
export type AnyProblem = Problem<ProblemMatrix>;

export type Sizes = Pick<Problem, 'n' | 'p' | 'm' | 'sides'>;

/** A problem of zeros in the memory of `dense`. */
export function emptyProblem(dense: DenseKernels, {n, p, m, sides}: Sizes): Problem {
  const rows = p + m;
  return {
    n,
    p,
    m,
    P: new DenseMatrix(dense, n, n),
    q: dense.vector(n),
    C: new DenseMatrix(dense, rows, n, undefined, sides),
    d: dense.vector(rows),
    lift: 0,
    sides,
  };
}

/** to = from, entry by entry. */
export function copyProblem(from: Problem, to: Problem): void {
  to.P.values.set(from.P.values);
  to.q.set(from.q);
  to.C.values.set(from.C.values);
  to.d.set(from.d);
  to.lift = from.lift;
}

export function emptyPoint(dense: DenseKernels, {n, p, m}: Sizes): Point<Vector> {
  return {x: dense.vector(n), y: dense.vector(p + m), s: dense.vector(p + m)};
}

/** point *= factor. */
export function scalePoint({x, y, s}: Point, factor: number): void {
  for (const v of [x, y, s]) for (let i = 0; i < v.length; i++) v[i] *= factor;
}

/** to = factor·from. */
export function copyPoint(from: Point, to: Point, factor = 1): void {
  to.x.set(from.x);
  to.y.set(from.y);
  to.s.set(from.s);
  if (factor !== 1) scalePoint(to, factor);
}
