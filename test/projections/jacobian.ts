/** @file The Jacobian of a projection onto the simplex, by hand. */

/** diag(S) − SSᵀ/|S| times v, S the support of p. */
export function jacobianProduct(p: number[], v: number[]): number[] {
  const inside = p.map((value) => (value > 0 ? 1 : 0));
  const size = inside.reduce((a: number, b) => a + b, 0);
  const mean = v.reduce((sum, value, i) => sum + value * inside[i], 0) / size;
  return v.map((value, i) => inside[i] * (value - mean));
}
