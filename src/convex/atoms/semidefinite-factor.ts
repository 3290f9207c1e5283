/** @file A factor of a symmetric positive semidefinite matrix of numbers: P = FᵀF. */
import {numbers} from '../leaves.js';
import type {Expression} from '../types.js';

/** The largest asymmetry and negative pivot, relative to the largest entry, that rounding to f32 may have caused. */
const ROUNDING = 1e-6;

/** F, [rank, n]: a pivoted Cholesky factor. @throws If P is not symmetric, or not positive semidefinite. */
export function factorOf(values: readonly number[], n: number): Expression {
  const P = Float64Array.from(values);
  const largest = P.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(P[i * n + j] - P[j * n + i]) > ROUNDING * largest) {
        throw new Error(
          `convex.quadForm: the matrix must be symmetric, but its entries (${i}, ${j}) and (${j}, ${i}) are ${P[i * n + j]} and ` +
            `${P[j * n + i]}; take (P + Pᵀ)/2.`,
        );
      }
    }
  }
  const rows: number[] = [];
  let rank = 0;
  for (; rank < n; rank++) {
    let pivot = 0;
    for (let i = 1; i < n; i++) if (P[i * n + i] > P[pivot * n + pivot]) pivot = i;
    const size = P[pivot * n + pivot];
    if (!(size > 1e-14 * n * largest)) break;
    const row = Array.from({length: n}, (_, j) => P[pivot * n + j] / Math.sqrt(size));
    rows.push(...row);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) P[i * n + j] -= row[i] * row[j];
  }
  for (const rest of P) {
    if (Math.abs(rest) <= ROUNDING * largest) continue;
    throw new Error(
      'convex.quadForm: the matrix must be positive semidefinite, but has a negative eigenvalue.',
    );
  }
  return rank === 0 ? numbers(new Array<number>(n).fill(0), [1, n]) : numbers(rows, [rank, n]);
}
