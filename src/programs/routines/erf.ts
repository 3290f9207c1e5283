/** @file The error function in double precision. */

/** Below this value the power series converges fast. */
const SERIES_BELOW = 2.5;
/** From this value on, erf is 1 in double precision. */
const ONE_FROM = 6;

/**
 * erf(x) = 2/√π ∫₀ˣ exp(−t²) dt to about 1e-15: the series of Kummer's function near zero, otherwise the continued fraction of erfc.
 *
 * @see Abramowitz & Stegun, equations 7.1.6 and 7.1.14.
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (size >= ONE_FROM) return Math.sign(x);
  const scale = Math.exp(-size * size) / Math.sqrt(Math.PI);
  if (size < SERIES_BELOW) {
    let term = size;
    let sum = size;
    for (let k = 1; term > 1e-17 * sum; k++) {
      term *= (2 * size * size) / (2 * k + 1);
      sum += term;
    }
    return Math.sign(x) * 2 * scale * sum;
  }
  let fraction = size;
  for (let k = 60; k >= 1; k--) fraction = size + k / 2 / fraction;
  return Math.sign(x) * (1 - scale / fraction);
}
