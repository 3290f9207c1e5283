/** @file What is said of a quadratic program that was not solved. */

/** So many faults of a kind are named. */
export const LISTED = 10;
/** What counts as zero, relative to the largest. */
const NEGLIGIBLE = 1e-6;

/** Something at fault. */
export interface QPFault {
  /** Where: 'G[2]', 'lower[1]', 'x[3]', 'Q[0][1]'. */
  name: string;
  /** How much: the weight in a contradiction, the direction of a variable, an error, or the wrong number itself. */
  value: number;
  /** The same in words. */
  text: string;
}

/** What was found. */
export interface Faults {
  /** What happened, in a sentence. */
  reason: string;
  faults: QPFault[];
  ways: string[];
}

/** Where values are not negligible next to the largest. */
export function marked(values: readonly number[], least = NEGLIGIBLE): number[] {
  const largest = values.reduce((a, value) => Math.max(a, Math.abs(value)), 0);
  return values.flatMap((value, at) => (Math.abs(value) > least * largest ? [at] : []));
}
