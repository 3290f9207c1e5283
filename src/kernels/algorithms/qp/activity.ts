/** @file Finds which rows are active at a solution. */
import {WEAK} from '../../contracts/qp-limits.js';
import type {Certificate} from './certificate.js';
import type {Scaling} from './scaling.js';

/**
 * Writes the state of each row at the solution to `activity`: 0 inactive, 1 active, 2 weakly active. Each row is measured against its own
 * terms. A multiplier counts as zero if it changes no column of the stationarity condition, and a slack if it is negligible in the sum that
 * it is the remainder of.
 */
export function findActivity(
  activity: Uint8Array,
  p: number,
  s: Float64Array,
  {absent}: Pick<Scaling, 'absent'>,
  {multipliers, rowTerms}: Certificate,
): void {
  activity.fill(1);
  for (let i = p; i < s.length; i++) {
    const size = rowTerms[i];
    const slack = absent[i] ? 1 : size > 0 ? s[i] / size : 0;
    activity[i] = multipliers[i] < WEAK && slack < WEAK ? 2 : multipliers[i] > slack ? 1 : 0;
  }
}
