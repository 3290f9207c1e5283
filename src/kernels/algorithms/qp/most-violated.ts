/** @file Chooses the row that a dual active-set method adds next. */
import type {Problem} from './types.js';

/** A row counts as violated if the violation is more than this part of its terms. */
const VIOLATED = 1e-12;

/** The violated inequality outside the working set that x is furthest away from, or −1. */
export function mostViolated(
  {n, p, m, C: {values: C}, d}: Problem,
  x: Float64Array,
  inSet: Uint8Array,
): number {
  let worst = -1;
  let largest = 0;
  for (let i = p; i < p + m; i++) {
    if (inSet[i]) continue;
    let excess = -d[i];
    let terms = Math.abs(d[i]);
    let square = 0;
    for (let j = 0, at = i * n; j < n; j++, at++) {
      const term = C[at] * x[j];
      excess += term;
      terms += Math.abs(term);
      square += C[at] * C[at];
    }
    if (!(excess > VIOLATED * terms) || square === 0) continue;
    const distance = excess / Math.sqrt(square);
    if (distance > largest) [worst, largest] = [i, distance];
  }
  return worst;
}
