/** @file Makes a vector orthogonal to an orthonormal basis. */
import {addScaled, dot, norm} from '../vectors.js';

/** The overlaps lose digits if less than this fraction of the vector is left; then those of the rest are taken too. */
const CANCELLED = 0.1;

/**
 * w ← w − Q Qᵀw, for the vectors of `basis` as the columns of Q.
 *
 * @param overlaps Qᵀw is added to it.
 * @param before ‖w‖ at the start.
 * @returns ‖w‖ at the end.
 */
export function orthogonalize(
  w: Float64Array,
  basis: readonly Float64Array[],
  overlaps: Float64Array,
  before: number,
): number {
  remove(w, basis, overlaps);
  const left = norm(w);
  if (left > CANCELLED * before) return left;
  remove(w, basis, overlaps);
  return norm(w);
}

/** Four vectors at a time, because then w is read a quarter as often; one group after the other, so that rounding does not add up. */
function remove(w: Float64Array, basis: readonly Float64Array[], overlaps: Float64Array): void {
  const grouped = basis.length - (basis.length % 4);
  for (let j = 0; j < grouped; j += 4) {
    const [p, q, r, s] = [basis[j], basis[j + 1], basis[j + 2], basis[j + 3]];
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < w.length; i++) {
      const own = w[i];
      a += p[i] * own;
      b += q[i] * own;
      c += r[i] * own;
      d += s[i] * own;
    }
    for (let i = 0; i < w.length; i++) w[i] -= a * p[i] + b * q[i] + (c * r[i] + d * s[i]);
    overlaps[j] += a;
    overlaps[j + 1] += b;
    overlaps[j + 2] += c;
    overlaps[j + 3] += d;
  }
  for (let j = grouped; j < basis.length; j++) {
    const overlap = dot(basis[j], w);
    addScaled(w, -overlap, basis[j]);
    overlaps[j] += overlap;
  }
}
