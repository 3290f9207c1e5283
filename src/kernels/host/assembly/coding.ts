/** @file Coordinate descent for sparse coding. */
import {addScaled} from './products';

const F64: usize = 8;
/** Sweeps over the entries that are not zero, for each one over all. */
const INNER = 20;

/** The length of z after the latest sweep. */
let size: f64 = 0;

/**
 * min ½ zᵀG z − cᵀz + Σ l1ⱼ|zⱼ| + ½ Σ l2ⱼ zⱼ² over one entry after another, until ‖T(z) − z‖ ≤ tolerance·(1 + ‖z‖), T the
 * proximal-gradient map with step `step`.
 *
 * @param g c − G z, kept so.
 * @param residual Receives ‖T(z) − z‖ / (1 + ‖z‖).
 * @returns The number of sweeps.
 */
export function descendCoordinates(
  G: usize,
  n: i32,
  stride: i32,
  l1: usize,
  l2: usize,
  nonNegative: bool,
  step: f64,
  z: usize,
  g: usize,
  tolerance: f64,
  maxSweeps: i32,
  residual: usize,
): i32 {
  let sweeps = 0;
  do {
    sweeps++;
    sweep(G, n, stride, l1, l2, nonNegative, z, g, false);
    // Written so that NaN ends it, too.
    if (!(residualOf(n, l1, l2, nonNegative, step, z, g) > tolerance)) break;
    for (let inner = 0; inner < INNER && sweeps < maxSweeps; inner++) {
      const moved = sweep(G, n, stride, l1, l2, nonNegative, z, g, true);
      const small = 0.1 * tolerance * (1 + size);
      if (!(moved > small * small)) break;
      sweeps++;
    }
  } while (sweeps < maxSweeps);
  store<f64>(residual, residualOf(n, l1, l2, nonNegative, step, z, g));
  return sweeps;
}

/** @returns The squared length of the move. */
function sweep(
  G: usize,
  n: i32,
  stride: i32,
  l1: usize,
  l2: usize,
  nonNegative: bool,
  z: usize,
  g: usize,
  onlyNonZero: bool,
): f64 {
  let moved: f64 = 0;
  let square: f64 = 0;
  for (let j = 0; j < n; j++) {
    const at = (j as usize) * F64;
    const value = load<f64>(z + at);
    if (onlyNonZero && value == 0) continue;
    const row = G + (j as usize) * (stride as usize) * F64;
    const curvature = load<f64>(row + at);
    const denominator = curvature + load<f64>(l2 + at);
    const threshold = load<f64>(l1 + at);
    // An atom of zeros does nothing but cost.
    if (denominator == 0 && threshold == 0) continue;
    const next =
      denominator == 0
        ? 0
        : soft(load<f64>(g + at) + curvature * value, threshold, nonNegative) / denominator;
    const change = next - value;
    square += next * next;
    if (change == 0) continue;
    store<f64>(z + at, next);
    moved += change * change;
    addScaled(g, -change, row, n);
  }
  size = Math.sqrt(square);
  return moved;
}

function residualOf(n: i32, l1: usize, l2: usize, nonNegative: bool, step: f64, z: usize, g: usize): f64 {
  let off: f64 = 0;
  let square: f64 = 0;
  for (let j: usize = 0; j < (n as usize) * F64; j += F64) {
    const value = load<f64>(z + j);
    const moved = soft(value + step * load<f64>(g + j), step * load<f64>(l1 + j), nonNegative);
    const difference = moved / (1 + step * load<f64>(l2 + j)) - value;
    off += difference * difference;
    square += value * value;
  }
  return Math.sqrt(off) / (1 + Math.sqrt(square));
}

function soft(x: f64, threshold: f64, nonNegative: bool): f64 {
  if (x > threshold) return x - threshold;
  if (!nonNegative && x < -threshold) return x + threshold;
  return x == x ? 0 : x;
}
