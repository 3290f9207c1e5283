/** @file `CodingKernels` in plain TypeScript. */
import type {CodingKernels, CodingProblem} from '../coding.js';

/** Sweeps over the entries that are not zero, for each one over all. */
const INNER = 20;

export const referenceCoding: CodingKernels = {
  descendCoordinates(problem, z, g, tolerance, maxSweeps, residual) {
    let sweeps = 0;
    do {
      sweeps++;
      sweep(problem, z, g, false);
      // Written so that NaN ends it, too.
      if (!(residualOf(problem, z, g) > tolerance)) break;
      for (let inner = 0; inner < INNER && sweeps < maxSweeps; inner++) {
        const {moved, size} = sweep(problem, z, g, true);
        if (!(moved > (0.1 * tolerance * (1 + size)) ** 2)) break;
        sweeps++;
      }
    } while (sweeps < maxSweeps);
    residual[0] = residualOf(problem, z, g);
    return sweeps;
  },
};

/** @returns The squared length of the move, and the length of z. */
function sweep(problem: CodingProblem, z: Float64Array, g: Float64Array, onlyNonZero: boolean) {
  const {G, stride, l1, l2, nonNegative} = problem;
  const n = z.length;
  let [moved, size] = [0, 0];
  for (let j = 0; j < n; j++) {
    if (onlyNonZero && z[j] === 0) continue;
    const curvature = G[j * stride + j];
    const denominator = curvature + l2[j];
    // An atom of zeros does nothing but cost.
    if (denominator === 0 && l1[j] === 0) continue;
    const next = denominator === 0 ? 0 : soft(g[j] + curvature * z[j], l1[j], nonNegative) / denominator;
    const change = next - z[j];
    size += next * next;
    if (change === 0) continue;
    z[j] = next;
    moved += change * change;
    for (let i = 0; i < n; i++) g[i] -= change * G[j * stride + i];
  }
  return {moved, size: Math.sqrt(size)};
}

function residualOf({l1, l2, nonNegative, step}: CodingProblem, z: Float64Array, g: Float64Array): number {
  let [off, size] = [0, 0];
  for (let j = 0; j < z.length; j++) {
    const target = soft(z[j] + step * g[j], step * l1[j], nonNegative) / (1 + step * l2[j]);
    off += (target - z[j]) ** 2;
    size += z[j] * z[j];
  }
  return Math.sqrt(off) / (1 + Math.sqrt(size));
}

function soft(x: number, threshold: number, nonNegative: boolean): number {
  if (x > threshold) return x - threshold;
  if (!nonNegative && x < -threshold) return x + threshold;
  return x === x ? 0 : x;
}
