/**
 * @file The spectral values of v = y − s that are zero at a degenerate solution, where y and s both vanish: there the projection has a kink.
 * An interior point approaches such a solution slowly, and no derivative at a point nearby is that of the solution; but among the vectors
 * that have these values at zero, the projection is smooth.
 */
import {partOf, type ConicProblem} from './problem.js';
import {spectrumOf} from './spectrum.js';

/** How many spectral values of each block are zero. */
export type Kinks = readonly number[];

/** Counts the values that are at most `size`. */
export function kinksOf({blocks}: ConicProblem, v: Float64Array, size: number): Kinks {
  return blocks.map(
    (block) => spectrumOf(block, partOf(block, v)).values.filter((value) => Math.abs(value) <= size).length,
  );
}

/** v with so many of the smallest values of each block at zero. */
export function flattened({blocks}: ConicProblem, v: Float64Array, kinks: Kinks): Float64Array {
  const flat = v.slice();
  blocks.forEach((block, k) => {
    if (kinks[k] === 0) return;
    const part = partOf(block, flat);
    const spectrum = spectrumOf(block, part);
    spectrum.toZero(smallest(spectrum.values, kinks[k])).forEach((value, i) => (part[i] += value));
  });
  return flat;
}

/** For each block, an orthonormal basis of the directions in which so many of its smallest values leave zero. */
export function normalsAt({blocks}: ConicProblem, v: Float64Array, kinks: Kinks): Float64Array[][] {
  return blocks.map((block, k) => {
    if (kinks[k] === 0) return [];
    const spectrum = spectrumOf(block, partOf(block, v));
    return spectrum.normals(smallest(spectrum.values, kinks[k]));
  });
}

function smallest(values: Float64Array, count: number): number[] {
  const order = Array.from(values, (_, k) => k).sort((a, b) => Math.abs(values[a]) - Math.abs(values[b]));
  return order.slice(0, count);
}
