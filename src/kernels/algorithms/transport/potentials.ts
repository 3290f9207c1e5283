/** @file The two kinds of regularised transport: P = φ'(X − u1ᵀ − 1vᵀ) for one matrix, in f64. */

export type TransportKind = 'entropic' | 'euclidean';

export interface Potential {
  /** φ'(z). */
  value(z: number): number;
  /** φ''(z), computed from P = φ'(z). */
  slope(p: number): number;
  /** The u with Σ φ'(z − u) = sum > 0, for z[start], z[start + stride], …, where at least one entry is finite. */
  balance(z: Float64Array, start: number, stride: number, count: number, sum: number): number;
}

const entropic: Potential = {
  value: (z) => Math.exp(z),
  slope: (p) => p,
  balance(z, start, stride, count, sum) {
    let top = -Infinity;
    for (let k = 0, at = start; k < count; k++, at += stride) top = Math.max(top, z[at]);
    let total = 0;
    for (let k = 0, at = start; k < count; k++, at += stride) total += Math.exp(z[at] - top);
    return top + Math.log(total / sum);
  },
};

const euclidean: Potential = {
  value: (z) => (z > 0 ? z : 0),
  slope: (p) => (p > 0 ? 1 : 0),
  /** Michelot's method, starting from the largest entry. */
  balance(z, start, stride, count, sum) {
    let top = -Infinity;
    for (let k = 0, at = start; k < count; k++, at += stride) top = Math.max(top, z[at]);
    let threshold = -sum;
    for (let kept = 0; ;) {
      let next = 0;
      let total = 0;
      for (let k = 0, at = start; k < count; k++, at += stride) {
        const below = z[at] - top;
        if (!(below > threshold)) continue;
        next++;
        total += below;
      }
      // Rounding could add entries again that were dropped; the set must only shrink.
      if (next === 0 || (kept > 0 && next >= kept)) return top + threshold;
      kept = next;
      threshold = (total - sum) / kept;
    }
  },
};

export const POTENTIALS: Record<TransportKind, Potential> = {entropic, euclidean};
