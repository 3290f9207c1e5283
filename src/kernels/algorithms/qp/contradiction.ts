/** @file Whether rows of a problem contradict each other, or only their rounding does. */
import {CONTRADICTION} from '../../contracts/qp-limits.js';
import type {AddedRows} from './added-rows.js';
import type {Problem} from './types.js';

/**
 * A row is a combination of the working set's, with another right-hand side. Whether by more than rounding: then the ray is left in
 * y. Else all of these right-hand sides move, each in proportion to its own size, until they agree.
 *
 * @param noise A contradiction up to this, for each unit of its ray, is noise whatever its own terms.
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
