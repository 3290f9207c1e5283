/** @file Coordinate descent for sparse coding. */
import {addScaled} from './products';

const F64: usize = 8;
/** Sweeps over the entries that are not zero, for each one over all. */
const INNER = 20;

/**
 * min ½ zᵀG z − cᵀz + Σ l1ⱼ|zⱼ| + ½ Σ l2ⱼ zⱼ² over one entry after another, until no atom violates its optimality condition by more than
 * the tolerance, measured in `units`.
 *
 * @param g c − G z, kept so.
 * @param residual Receives the largest violation.
 * @returns The number of sweeps.
 */
export function descendCoordinates(
  G: usize,
  n: i32,
  stride: i32,
  l1: usize,
  l2: usize,
  nonNegative: bool,
  units: usize,
  z: usize,
  g: usize,
  tolerance: f64,
  maxSweeps: i32,
  residual: usize,
): i32 {
  let sweeps = 0;
  do {
    sweeps++;
    sweep(G, n, stride, l1, l2, nonNegative, units, z, g, false);
    // Written so that NaN ends it, too.
    if (!(residualOf(n, l1, l2, nonNegative, units, z, g) > tolerance)) break;
    for (let inner = 0; inner < INNER && sweeps < maxSweeps; inner++) {
      const moved = sweep(G, n, stride, l1, l2, nonNegative, units, z, g, true);
      if (!(moved > 0.1 * tolerance)) break;
      sweeps++;
    }
  } while (sweeps < maxSweeps);
  store<f64>(residual, residualOf(n, l1, l2, nonNegative, units, z, g));
  return sweeps;
}

/** @returns The largest violation that a move put right, in units of its atom. */
function sweep(
  G: usize,
  n: i32,
  stride: i32,
  l1: usize,
  l2: usize,
  nonNegative: bool,
  units: usize,
  z: usize,
  g: usize,
  onlyNonZero: bool,
): f64 {
  let most: f64 = 0;
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
    if (change == 0) continue;
    store<f64>(z + at, next);
    most = larger(most, Math.abs(change) * denominator * load<f64>(units + at));
    addScaled(g, -change, row, n);
  }
  return most;
}

function residualOf(n: i32, l1: usize, l2: usize, nonNegative: bool, units: usize, z: usize, g: usize): f64 {
  let most: f64 = 0;
  for (let j: usize = 0; j < (n as usize) * F64; j += F64) {
    const value = load<f64>(z + j);
    const threshold = load<f64>(l1 + j);
    const slope = load<f64>(g + j) - load<f64>(l2 + j) * value;
    const violation =
      value == 0 ? soft(slope, threshold, nonNegative) : slope - (value > 0 ? threshold : -threshold);
    most = larger(most, Math.abs(violation) * load<f64>(units + j));
  }
  return most;
}

/** The larger one; NaN once there was one. */
function larger(a: f64, b: f64): f64 {
  return b > a || b != b ? b : a;
}

function soft(x: f64, threshold: f64, nonNegative: bool): f64 {
  if (x > threshold) return x - threshold;
  if (!nonNegative && x < -threshold) return x + threshold;
  return x == x ? 0 : x;
}
