/** @file The tolerances of a stopping test. */
export interface Tolerances {
  /** The tolerance of each entry relative to its terms. */
  tolerance: number;
  /** The tolerance of each entry in its own units: up to this size it counts as zero. */
  absoluteTolerance: number;
}

/** The tolerances with their defaults. @throws If one is negative. */
export function tolerancesOf(
  className: string,
  {
    tolerance = 1e-6,
    absoluteTolerance = 0,
  }: {tolerance?: number | undefined; absoluteTolerance?: number | undefined},
): Tolerances {
  for (const [name, value] of Object.entries({tolerance, absoluteTolerance})) {
    if (!(value >= 0)) throw new Error(`${className}: ${name} must not be negative, got ${value}.`);
  }
  return {tolerance, absoluteTolerance};
}
