/** @file Solves the KKT systems of a batch of quadratic programs on their active sets. */
import {sampleOf, type BatchKernel} from '../../contracts/batch-kernel.js';
import type {DenseKernels} from '../../contracts/dense.js';
import {KktFactor} from './adjoint.js';
import {MatrixReader} from './matrices.js';
import {emptyProblem} from './types.js';

/**
 * Q, G, A and `weight` [B, m] in f32 and `status` [B]: samples whose status is not 0 get a zero solution. `right` is [B, n + m + k], each
 * row (x, ineqDual, eqDual). The solution is written to `u`, of the same shape, and its residual to `residual` [B].
 */
type KktArrays = 'Q' | 'G' | 'A' | 'weight' | 'status' | 'right' | 'u' | 'residual';

/** Factors the system of each sample and solves it once. */
export const kktBatch: BatchKernel<KktArrays> = {
  name: 'ImplicitKKT',
  start(dense, job) {
    const {arrays, parameters} = job;
    const {n, m, k} = parameters;
    const problem = emptyProblem(dense, {n, p: k, m});
    const factor = new KktFactor(dense, problem);
    const matrices = new MatrixReader(dense, job, problem);
    const solve = solverOf(arrays, parameters);
    const weight = new Float64Array(k + m).fill(1);
    return (sample) => {
      if (arrays.status[sample] !== 0) return;
      matrices.read(sample);
      weight.set(sampleOf(arrays.weight, sample, m), k);
      dense.scope(() => {
        factor.factor(weight, matrices.sharedScaling());
        solve(factor, sample);
      });
    };
  },
};

/** Factors that are kept, one per sample, in the memory of `dense`; `null` for samples whose status is not 0. */
export function keptFactors(
  dense: DenseKernels,
  job: Parameters<typeof kktBatch.start>[1],
  batch: number,
): (KktFactor | null)[] {
  const {arrays, parameters} = job;
  const {n, m, k} = parameters;
  return dense.keep(() => {
    return Array.from({length: batch}, (_, sample) => {
      if (arrays.status[sample] !== 0) return null;
      // A factor keeps reading its problem, so each needs its own.
      const problem = emptyProblem(dense, {n, p: k, m});
      const matrices = new MatrixReader(dense, job, problem);
      matrices.read(sample);
      const weight = new Float64Array(k + m).fill(1);
      weight.set(sampleOf(arrays.weight, sample, m), k);
      const factor = new KktFactor(dense, problem);
      factor.factor(weight, matrices.sharedScaling());
      return factor;
    });
  });
}

/** Returns a function that solves for one row of `right` and writes one row of `u`. */
export function solverOf(
  {right, u, residual}: Pick<Parameters<typeof kktBatch.start>[1]['arrays'], 'right' | 'u' | 'residual'>,
  {n, m, k, transpose}: Record<string, number>,
): (factor: KktFactor, sample: number) => void {
  const width = n + m + k;
  const f = new Float64Array(n);
  const g = new Float64Array(k + m);
  return (factor, sample) => {
    const row = sampleOf(right, sample, width);
    f.set(row.subarray(0, n));
    // Vectors are (x, ineqDual, eqDual), but the factor's rows begin with the equalities.
    g.set(row.subarray(n + m), 0);
    g.set(row.subarray(n, n + m), k);
    residual[sample] = factor.solve(f, g, Boolean(transpose));
    u.set(factor.x, sample * width);
    u.set(factor.y.subarray(k), sample * width + n);
    u.set(factor.y.subarray(0, k), sample * width + n + m);
  };
}

/** The approximate number of multiplications per sample. */
export function kktCost(n: number, m: number, k: number): number {
  return (n * n * (n + 3 * (m + k))) / 3 + 20 * n * (n + m + k);
}
