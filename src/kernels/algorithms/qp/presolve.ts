/** @file What can be said of a row without solving: rows of zeros, and rows without a bound. */
import {NO_BOUND, ZERO} from '../../contracts/qp-limits.js';
import {type Problem} from './types.js';

/** The right-hand side of such a row cannot be met by any point: it says so itself, so the problem is not a valid one. */
export function asksForInfinity({p, d}: Problem): boolean {
  return d.some(
    (value, i) => (i < p ? Math.abs(value) >= NO_BOUND : value <= -NO_BOUND) || Number.isNaN(value),
  );
}

/**
 * Takes out rows of zeros that hold: an inequality loses its bound, an equality becomes 0 = 0.
 *
 * @param isEmpty 1 for rows of zeros.
 * @returns The first row of zeros that does not hold, or −1.
 */
export function clearEmptyRows({p, d}: Problem, isEmpty: Uint8Array): number {
  for (let i = 0; i < d.length; i++) {
    if (!isEmpty[i]) continue;
    if (i < p ? Math.abs(d[i]) > ZERO : d[i] < -ZERO) return i;
    d[i] = i < p ? 0 : Infinity;
  }
  return -1;
}
