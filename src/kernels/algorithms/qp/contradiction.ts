/** @file Decides whether rows of a problem contradict each other, or differ only by rounding. */
import {CONTRADICTION} from '../../contracts/qp-limits.js';
import type {AddedRows} from './added-rows.js';
import type {Problem} from './types.js';

/**
 * For a row that is a combination of rows of the working set but has a different right-hand side: whether the difference is more than
 * rounding. If so, the ray is written to y. Otherwise all of these right-hand sides are adjusted, each in proportion to its own size, until
 * they agree.
 *
 * @param noise A contradiction up to this size, per unit of its ray, is noise regardless of its own terms.
 */
export function isContradiction(
  {p, d}: Problem,
  {members, count}: AddedRows,
  {row: i, side, dual, noise}: {row: number; side: number; dual: Float64Array; noise: number},
  y: Float64Array,
): boolean {
  const ray = new Float64Array(d.length);
  ray[i] = side;
  for (let k = 0; k < count; k++) {
    const member = members[k];
    ray[member] = member < p ? -side * dual[k] : Math.max(0, -side * dual[k]);
  }
  let [gap, terms, squares] = [0, 0, 0];
  for (let k = 0; k < d.length; k++) {
    if (ray[k] === 0) continue;
    const term = ray[k] * d[k];
    gap -= term;
    terms += Math.abs(term);
    squares += term * term;
  }
  if (gap > CONTRADICTION * terms && gap > noise * sumOfMagnitudes(ray)) {
    y.set(ray);
    return true;
  }
  if (gap > 0) for (let k = 0; k < d.length; k++) d[k] += (gap * ray[k] * d[k] * d[k]) / squares;
  return false;
}

function sumOfMagnitudes(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}
