/** @file Computes the terms of rows and variables, taking their neighbours into account. */
import {ACTIVE, HOPS, NEIGHBOUR, TIGHT} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import {isBound, type AnyProblem} from './types.js';

/** What the certificate has computed for a point. */
interface Measured {
  multipliers: Vector;
  excess: Vector;
  rowTerms: Vector;
  /** Room for n or p + m entries. */
  unused: Vector;
}

/**
 * Computes the terms, in the caller's scope, where an entry close to zero counts as at least a part of the terms of its neighbours. For
 * example, if x₁ + x₂ = x₃ + x₄ are all near 1, a solution x₅ = 0 that results from their cancellation cannot be more accurate than their
 * rounding.
 */
export function termsAmongNeighbours(
  dense: DenseKernels,
  {n, p, P, q, C, d}: AnyProblem,
  {x, y}: {x: Vector; y: Vector},
  {multipliers, excess, rowTerms, unused}: Measured,
): {columns: Vector; rows: Vector} {
  const count = d.length;
  const active: number[] = [];
  for (let i = 0; i < count; i++) {
    const holds = isBound(d[i]) && multipliers[i] > ACTIVE && Math.abs(excess[i]) <= TIGHT * rowTerms[i];
    if (i < p || holds) active.push(i);
  }
  const xSizes = dense.vector(n);
  const ySizes = dense.vector(count);
  const base = dense.vector(n);
  const next = dense.vector(Math.max(n, count));
  for (let j = 0; j < n; j++) xSizes[j] = Math.abs(x[j]);
  for (let i = 0; i < count; i++) ySizes[i] = Math.abs(y[i]);
  base.fill(0);
  P.addMagnitudes(next, x, base, next);
  for (let j = 0; j < n; j++) base[j] += Math.abs(q[j]);
  const tops = dense.vector(n);
  const spread = (A: ProblemMatrix, row: number) => {
    let top = 0;
    let entries = 0;
    A.forEachInRow(row, (j, entry) => {
      entries++;
      top = Math.max(top, Math.abs(entry) * xSizes[j]);
    });
    if (entries < 2 || top === 0) return;
    A.forEachInRow(row, (j, entry) => {
      next[j] = Math.max(next[j], (NEIGHBOUR * top) / Math.abs(entry));
    });
  };
  for (let hop = 0; hop < HOPS; hop++) {
    next.set(xSizes);
    for (const i of active) spread(C, i);
    for (let j = 0; j < n; j++) spread(P, j);
    xSizes.set(next.subarray(0, n));
    next.set(ySizes);
    tops.set(base);
    for (const i of active) {
      C.forEachInRow(i, (j, entry) => (tops[j] = Math.max(tops[j], Math.abs(entry) * ySizes[i])));
    }
    for (const i of active) {
      C.forEachInRow(i, (j, entry) => {
        next[i] = Math.max(next[i], (NEIGHBOUR * tops[j]) / Math.abs(entry));
      });
    }
    ySizes.set(next.subarray(0, count));
  }
  const columns = dense.vector(n);
  const rows = dense.vector(count);
  P.addMagnitudes(xSizes, xSizes, unused, columns);
  C.addMagnitudes(ySizes, xSizes, rows, columns);
  for (let j = 0; j < n; j++) columns[j] += Math.abs(q[j]);
  for (let i = 0; i < count; i++) rows[i] += Math.abs(d[i]);
  return {columns, rows};
}
