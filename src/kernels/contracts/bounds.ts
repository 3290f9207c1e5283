/**
 * @file Bounds on the variables of a quadratic program. They are inequalities like those of G and come after them: −x ≤ −lower, a row for
 * each variable, and then x ≤ upper; either may be missing. Only their one entry is computed with.
 */

/** Which bounds there are: 0 none, 1 lower, 2 upper, 3 both. */
export function sidesOf({lower, upper}: {lower?: unknown; upper?: unknown}): number {
  return (lower ? 1 : 0) + (upper ? 2 : 0);
}

/** The number of their rows, for n variables. */
export function boundRows(sides: number, n: number): number {
  return n * ((sides & 1) + (sides >> 1));
}

/** How many of them are the opposite of another row: those of upper, if there are both. */
export function oppositeRows(sides: number | undefined, n: number): number {
  return sides === 3 ? n : 0;
}
