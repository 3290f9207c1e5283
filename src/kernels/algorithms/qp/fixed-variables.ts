/**
 * @file Variables whose lower and upper bound are equal. Only the difference of their two multipliers is determined, so the smaller one
 * becomes zero, and the row with the other one alone holds the variable: the linear systems of a gradient stay regular.
 */
import type {AnyProblem} from './types.js';

/** Subtracts the smaller multiplier of each pair from both. */
export function settleFixed(problem: AnyProblem, y: Float64Array): void {
  forEachFixed(problem, (lower, upper) => {
    const common = Math.min(y[lower], y[upper]);
    y[lower] -= common;
    y[upper] -= common;
  });
}

/** The row that holds a fixed variable is active, whatever its multiplier, and the other is not. */
export function holdFixed(problem: AnyProblem, y: Float64Array, activity: Uint8Array): void {
  forEachFixed(problem, (lower, upper) => {
    activity[lower] = Number(y[lower] > y[upper]);
    activity[upper] = 1 - activity[lower];
  });
}

function forEachFixed({n, d, sides}: AnyProblem, visit: (lower: number, upper: number) => void): void {
  if (sides !== 3) return;
  for (let upper = d.length - n, lower = upper - n; upper < d.length; lower++, upper++) {
    if (d[lower] === -d[upper]) visit(lower, upper);
  }
}
