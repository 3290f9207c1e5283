/** @file Vectors of one system in f64 on the host: the basic operations of the Krylov methods there. */

/** ⟨a, b⟩. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** ‖a‖, for entries whose squares are in the range of f64. */
export function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

/** y ← y + α x. */
export function addScaled(y: Float64Array, alpha: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += alpha * x[i];
}

/** α x. */
export function scaled(x: Float64Array, alpha: number): Float64Array {
  return x.map((value) => alpha * value);
}

/** a − b. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]);
}
