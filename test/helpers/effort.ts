/**
 * @file How much the suites try: a sample for `npm test`, and all of it with LONG=1. `npm run test:long` sets LONG=rest: all but what
 * `npm test` does, too.
 */

export const LONG = Boolean(process.env.LONG);
export const REST = process.env.LONG === 'rest';

/** Random problems of each kind, as a multiple: FUZZ=n takes n times as many. */
export const FUZZ = Number(process.env.FUZZ ?? 1);

/** Of properties. */
export const SEED = Number(process.env.FC_SEED ?? 20260901);

/** How often a property is tried: a fifth of `all` in `npm test`, the rest with other numbers in `npm run test:long`. */
export function tries(all: number): {numRuns: number; seed: number} {
  const few = Math.ceil(0.2 * all);
  if (REST) return {numRuns: all - few, seed: SEED + 1};
  return {numRuns: LONG ? all : few, seed: SEED};
}

/** One of each `every` entries for `npm test`; the others are left to `npm run test:long`. */
export const partOf = <T>(list: readonly T[], every: number): T[] =>
  list.filter((_, i) => (LONG && !REST) || (i % every === 0) !== REST);

/** @returns `all` where there is time, or else `sample`. */
export const effort = (sample: number, all: number): number => (LONG ? all : sample);
