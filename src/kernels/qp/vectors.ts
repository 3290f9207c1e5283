/** @file Small operations on vectors, f64. */

/** y += alpha·x. */
export function addScaled(y: Float64Array, alpha: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += alpha * x[i];
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The largest magnitude; NaN if an entry is NaN. */
export function maxAbs(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const value = Math.abs(a[i]);
    if (!(value <= largest)) largest = value;
  }
  return largest;
}

/** The largest α with v + α dv ≥ 0 from entry `from` on. */
export function maxStep(v: Float64Array, dv: Float64Array, from: number): number {
  let step = Infinity;
  for (let i = from; i < v.length; i++) if (dv[i] < 0) step = Math.min(step, -v[i] / dv[i]);
  return step;
}

export function maxStepScalar(v: number, dv: number): number {
  return dv < 0 ? -v / dv : Infinity;
}

/** max |aᵢ − bᵢ|. */
export function maxAbsDifference(a: Float64Array, b: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}
