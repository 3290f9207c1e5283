/** @file Decides whether a ray proves that a quadratic program has no solution: in the user's units, row by row, and beyond rounding. */
import {CANCELS, CONTRADICTION, FALLS, FLAT} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {isBound, type AnyProblem} from './types.js';

/**
 * Cᵀy = 0, y ≥ 0 on the inequalities, and dᵀy < 0 by more than rounding the right-hand sides to f32 could cause.
 *
 * @param sums Room for n entries. @param sizes The same.
 */
export function isFarkasRay({p, C, d}: AnyProblem, y: Vector, sums: Vector, sizes: Vector): boolean {
  let gap = 0;
  let terms = 0;
  for (let i = 0; i < d.length; i++) {
    if (y[i] === 0) continue;
    if (!isBound(d[i]) || (i >= p && y[i] < 0)) return false;
    gap -= d[i] * y[i];
    terms += Math.abs(d[i] * y[i]);
  }
  if (!(gap > CONTRADICTION * terms)) return false;
  sums.fill(0);
  sizes.fill(0);
  C.addMultiplyTransposedWithTerms(y, sums, sizes);
  for (let j = 0; j < sums.length; j++) if (!(Math.abs(sums[j]) <= CANCELS * sizes[j])) return false;
  return true;
}

/** Px = 0, Cx ≤ 0 (equalities: = 0) on the rows that have a bound, and qᵀx < 0. */
export function isDescentRay(dense: DenseKernels, problem: AnyProblem, x: Float64Array): boolean {
  const {n, p, P, q, C, d} = problem;
  const rows = d.length;
  let [fall, terms] = [0, 0];
  for (let j = 0; j < n; j++) {
    fall -= q[j] * x[j];
    terms += Math.abs(q[j] * x[j]);
  }
  if (!(fall > FALLS * terms)) return false;
  return dense.scope(() => {
    const ray = dense.vector(n);
    ray.set(x);
    const out = dense.vector(Math.max(n, rows));
    const sizes = dense.vector(Math.max(n, rows));
    const unused = dense.vector(Math.max(n, rows));
    P.multiply(ray, out);
    P.addMagnitudes(ray, ray, sizes, unused);
    for (let j = 0; j < n; j++) if (Math.abs(out[j]) > FLAT * sizes[j]) return false;
    C.multiply(ray, out);
    C.addMagnitudes(unused, ray, sizes, unused);
    for (let i = 0; i < rows; i++) {
      if (!isBound(d[i])) continue;
      if ((i < p ? Math.abs(out[i]) : out[i]) > CANCELS * sizes[i]) return false;
    }
    return true;
  });
}
