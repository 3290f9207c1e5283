/**
 * @file Variables whose lower and upper bound are equal. Only the difference of their two multipliers is determined, so the smaller one
 * becomes zero, and the row with the other one alone holds the variable: the linear systems of a gradient stay regular.
 */
import type {AnyProblem} from './types.js';

/** Subtracts the smaller multiplier of each pair from both. */
export function settleFixed({n, d, sides}: AnyProblem, y: Float64Array): void {
  if (sides !== 3) return;
  for (let upper = d.length - n, lower = upper - n; upper < d.length; lower++, upper++) {
    if (d[lower] !== -d[upper]) continue;
    const common = Math.min(y[lower], y[upper]);
    y[lower] -= common;
    y[upper] -= common;
  }
}

/** The row that holds a fixed variable is active, whatever its multiplier, and the other is not. */
export function holdFixed({n, d, sides}: AnyProblem, y: Float64Array, activity: Uint8Array): void {
  if (sides !== 3) return;
  for (let upper = d.length - n, lower = upper - n; upper < d.length; lower++, upper++) {
    if (d[lower] !== -d[upper]) continue;
    activity[lower] = y[lower] > y[upper] ? 1 : 0;
    activity[upper] = 1 - activity[lower];
  }
}
