/** @file `CodingKernels` in plain TypeScript. */
import type {CodingKernels, CodingProblem} from '../../contracts/coding.js';

/** The number of sweeps over the entries that are not zero, for each sweep over all entries. */
const INNER = 20;

export const referenceCoding: CodingKernels = {
  descendCoordinates(problem, z, g, tolerance, maxSweeps, residual) {
    let sweeps = 0;
    do {
      sweeps++;
      sweep(problem, z, g, false);
      // Written so that NaN ends the loop, too.
      if (!(residualOf(problem, z, g) > tolerance)) break;
      for (let inner = 0; inner < INNER && sweeps < maxSweeps; inner++) {
        if (!(sweep(problem, z, g, true) > 0.1 * tolerance)) break;
        sweeps++;
      }
    } while (sweeps < maxSweeps);
    residual[0] = residualOf(problem, z, g);
    return sweeps;
  },
};

/** @returns The largest violation that a move removed, in units of its atom. */
function sweep(problem: CodingProblem, z: Float64Array, g: Float64Array, onlyNonZero: boolean): number {
  const {G, stride, l1, l2, nonNegative, units} = problem;
  const n = z.length;
  let most = 0;
  for (let j = 0; j < n; j++) {
    if (onlyNonZero && z[j] === 0) continue;
    const curvature = G[j * stride + j];
    const denominator = curvature + l2[j];
    // An atom of zeros only adds cost.
    if (denominator === 0 && l1[j] === 0) continue;
    const next = denominator === 0 ? 0 : soft(g[j] + curvature * z[j], l1[j], nonNegative) / denominator;
    const change = next - z[j];
    if (change === 0) continue;
    z[j] = next;
    most = larger(most, Math.abs(change) * denominator * units[j]);
    for (let i = 0; i < n; i++) g[i] -= change * G[j * stride + i];
  }
  return most;
}

/** The largest violation of the condition of an atom, in units of that atom. */
function residualOf(problem: CodingProblem, z: Float64Array, g: Float64Array): number {
  const {l1, l2, nonNegative, units} = problem;
  let most = 0;
  for (let j = 0; j < z.length; j++) {
    const slope = g[j] - l2[j] * z[j];
    const violation =
      z[j] === 0 ? Math.abs(soft(slope, l1[j], nonNegative)) : Math.abs(slope - (z[j] > 0 ? l1[j] : -l1[j]));
    most = larger(most, violation * units[j]);
  }
  return most;
}

/** The larger of the two numbers; NaN if one of them is NaN. */
function larger(a: number, b: number): number {
  return b > a || b !== b ? b : a;
}

function soft(x: number, threshold: number, nonNegative: boolean): number {
  if (x > threshold) return x - threshold;
  if (!nonNegative && x < -threshold) return x + threshold;
  return x === x ? 0 : x;
}
