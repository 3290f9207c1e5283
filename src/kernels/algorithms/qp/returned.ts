/** @file What a solve returns for a problem: the code of its outcome, and numbers that stand for those that cannot be returned. */
import type {Outcome} from './interior-point.js';

/** The code of each outcome. */
export const STATUS: Readonly<Record<Outcome, number>> = {
  solved: 0,
  primalInfeasible: 1,
  dualInfeasible: 2,
  iterationLimit: 3,
  numericalError: 4,
};

/** The code of a problem that was not tried, because its data make no sense. */
export const INVALID = 5;

/** The residual of a sample for which no point is known. */
export const UNKNOWN = 1e9;

/** The largest number of f32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** A number that f32 can hold. */
export const saturated = (value: number) => Math.max(-LARGEST, Math.min(LARGEST, value));

/** A slack that f32 can hold. For a row of zeros it is the right-hand side, and for a row without a bound it is the largest number. */
export function finiteSlack(slack: number, bound: number): number {
  if (slack === Infinity) return Math.min(bound, LARGEST);
  return Math.min(Math.max(0, slack), LARGEST);
}
