/** @file A barrier that is learned: a small network of where the dot is, seen from a disc. */
import type {Random} from '../support/random.js';

/** What the network is told: the dot's place relative to the disc's centre, and the disc's radius. */
export const INPUTS = 3;
export const HIDDEN = 24;

/** h = ‖(x, y)‖ + bᵀ tanh(Az + a) + c of z = (x, y, r), as arrays: A [HIDDEN, 3] row by row, a and b [HIDDEN], c [1]. */
export interface BarrierWeights {
  A: Float32Array;
  a: Float32Array;
  b: Float32Array;
  c: Float32Array;
}

/** How wide the barrier is before training. */
const START = 0.5;

/** Before training, each disc is much too large, and the radius says nothing. */
export function untrained(random: Random): BarrierWeights {
  const normals = (length: number, deviation: number) =>
    Float32Array.from({length}, () => deviation * random.normal());
  return {
    A: normals(HIDDEN * INPUTS, 1.5),
    a: normals(HIDDEN, 0.5),
    b: normals(HIDDEN, 0.02),
    c: new Float32Array([-START]),
  };
}

/** h, and its derivatives in x and y. */
export function barrier(
  {A, a, b, c}: BarrierWeights,
  x: number,
  y: number,
  radius: number,
): [number, number, number] {
  // Not zero, where the distance has no derivative.
  const distance = Math.max(Math.hypot(x, y), 1e-6);
  let [h, dx, dy] = [distance + c[0], x / distance, y / distance];
  for (let k = 0; k < HIDDEN; k++) {
    const t = Math.tanh(A[3 * k] * x + A[3 * k + 1] * y + A[3 * k + 2] * radius + a[k]);
    h += b[k] * t;
    const slope = b[k] * (1 - t * t);
    dx += slope * A[3 * k];
    dy += slope * A[3 * k + 1];
  }
  return [h, dx, dy];
}
