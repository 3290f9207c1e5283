/** @file Vectors of one system in f64 on the host: the basic operations of the Krylov methods there. */

/** ⟨a, b⟩. */
export function dot(a: Float64Array, b: Float64Array): number {
  // Four sums, because an addition must wait for the one before it.
  let [s, t, u, v] = [0, 0, 0, 0];
  const end = a.length - (a.length % 4);
  for (let i = 0; i < end; i += 4) {
    s += a[i] * b[i];
    t += a[i + 1] * b[i + 1];
    u += a[i + 2] * b[i + 2];
    v += a[i + 3] * b[i + 3];
  }
  for (let i = end; i < a.length; i++) s += a[i] * b[i];
  return s + t + (u + v);
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
