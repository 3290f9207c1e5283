/** @file Checks of rows that need no solve: rows of zeros, and rows with an infinite right-hand side. */
import {NO_BOUND, ZERO} from '../../contracts/qp-limits.js';
import {type AnyProblem} from './types.js';

/** Whether a right-hand side is infinite in a way that no point can satisfy. Such a problem is not valid. */
export function asksForInfinity({p, d}: AnyProblem): boolean {
  for (let i = 0; i < d.length; i++) {
    // NaN is not above either.
    if (!(d[i] > -NO_BOUND) || (i < p && !(d[i] < NO_BOUND))) return true;
  }
  return false;
}

/**
 * Disables rows of zeros that hold: an inequality loses its bound, and an equality becomes 0 = 0.
 *
 * @param isEmpty 1 for rows of zeros.
 * @returns The first row of zeros that does not hold, or −1.
 */
export function clearEmptyRows({p, d}: AnyProblem, isEmpty: Uint8Array): number {
  for (let i = 0; i < d.length; i++) {
    if (!isEmpty[i]) continue;
    if (i < p ? Math.abs(d[i]) > ZERO : d[i] < -ZERO) return i;
    d[i] = i < p ? 0 : Infinity;
  }
  return -1;
}
