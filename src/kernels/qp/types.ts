/** @file One quadratic program and its solution, in f64, as the reference solver sees them. */

/**
 * min ½ xᵀPx + qᵀx subject to (C x)ᵢ = dᵢ for i < p and (C x)ᵢ ≤ dᵢ for the m rows after them.
 *
 * Matrices are dense and row-major; P is symmetric positive semidefinite.
 */
export interface Problem {
  n: number;
  /** Equalities. */
  p: number;
  /** Inequalities. */
  m: number;
  /** [n, n]. */
  P: Float64Array;
  /** [n]. */
  q: Float64Array;
  /** [p + m, n]. */
  C: Float64Array;
  /** [p + m]. */
  d: Float64Array;
}

/** A primal–dual point: P x + q + Cᵀy = 0, y ≥ 0 and s ≥ 0 on the inequalities, s = 0 on the equalities. */
export interface Point {
  x: Float64Array;
  /** Multipliers of all rows, [p + m]. */
  y: Float64Array;
  /** d − C x, [p + m]. */
  s: Float64Array;
}

export function emptyPoint({n, p, m}: Problem): Point {
  return {x: new Float64Array(n), y: new Float64Array(p + m), s: new Float64Array(p + m)};
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
