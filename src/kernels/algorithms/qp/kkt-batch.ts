/** @file Solves the KKT systems of a batch of quadratic programs on their active sets. */
import {sampleOf, type BatchJob, type BatchKernel} from '../../contracts/batch-kernel.js';
import type {DenseKernels} from '../../contracts/dense.js';
import {SmallAdjoint} from '../small-qp/small-adjoint.js';
import {isSmall, perShape, readMatrices, sharesMatrices} from '../small-qp/small-batch.js';
import {denseFactor, type KktFactor} from './adjoint.js';
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
    const {n, m, k, sides, transpose} = parameters;
    const small = transpose && isSmall(n, k + m, sides) ? smallAdjointOf(n, k, m, sides) : null;
    const quick = small && solverOfSmall(small, job);
    // Made only if it is needed: for one small problem it takes longer than the solution.
    let full: ((sample: number) => void) | null = null;
    return (sample) => {
      if (arrays.status[sample] !== 0 || quick?.(sample)) return;
      full ??= fullSolver(dense, job);
      full(sample);
    };
  },
};

const smallAdjointOf = perShape((n, p, m, sides) => new SmallAdjoint(n, p, m, sides));

/** Returns a function that tells whether it has solved the system of a sample. */
function solverOfSmall(small: SmallAdjoint, job: BatchJob<KktArrays>): (sample: number) => boolean {
  const {right, u: out, weight, residual} = job.arrays;
  const {n, m, k} = job.parameters;
  const width = n + m + k;
  const {problem, u, y} = small;
  const isShared = sharesMatrices(job);
  const [f, g] = [new Float64Array(n), new Float64Array(k + m)];
  let isRead = false;
  return (sample) => {
    if (!(isRead && isShared)) {
      readMatrices(job, sample, problem);
      small.readMatrices();
      isRead = true;
    }
    const start = sample * width;
    for (let j = 0; j < n; j++) f[j] = right[start + j];
    for (let i = 0; i < m; i++) g[k + i] = right[start + n + i];
    for (let i = 0; i < k; i++) g[i] = right[start + n + m + i];
    if (!small.solve(weight, sample * m, f, g)) return false;
    for (let j = 0; j < n; j++) out[start + j] = u[j];
    for (let i = 0; i < m; i++) {
      let value = y[k + i];
      // The block of a row that does not count is C u − y = g.
      if (weight[sample * m + i] === 0) {
        value = -g[k + i];
        for (let j = 0, at = (k + i) * n; j < n; j++, at++) value += problem.C.values[at] * u[j];
      }
      out[start + n + i] = value;
    }
    for (let i = 0; i < k; i++) out[start + n + m + i] = y[i];
    residual[sample] = small.residual;
    return true;
  };
}

function fullSolver(dense: DenseKernels, job: BatchJob<KktArrays>): (sample: number) => void {
  const {arrays, parameters} = job;
  const {n, m, k, sides} = parameters;
  const problem = emptyProblem(dense, {n, p: k, m, sides});
  const factor = denseFactor(dense, problem);
  const matrices = new MatrixReader(dense, job, problem);
  const solve = solverOf(arrays, parameters);
  const weight = new Float64Array(k + m).fill(1);
  return (sample) => {
    matrices.read(sample);
    weight.set(sampleOf(arrays.weight, sample, m), k);
    dense.scope(() => {
      factor.factor(weight, matrices.sharedScaling());
      solve(factor, sample);
    });
  };
}

/** Factors that are kept, one per sample, in the memory of `dense`; `null` for samples whose status is not 0. */
export function keptFactors(
  dense: DenseKernels,
  job: Parameters<typeof kktBatch.start>[1],
  batch: number,
): (KktFactor | null)[] {
  const {arrays, parameters} = job;
  const {n, m, k, sides} = parameters;
  return dense.keep(() => {
    return Array.from({length: batch}, (_, sample) => {
      if (arrays.status[sample] !== 0) return null;
      // A factor keeps reading its problem, so each needs its own.
      const problem = emptyProblem(dense, {n, p: k, m, sides});
      const matrices = new MatrixReader(dense, job, problem);
      matrices.read(sample);
      const weight = new Float64Array(k + m).fill(1);
      weight.set(sampleOf(arrays.weight, sample, m), k);
      const factor = denseFactor(dense, problem);
      factor.factor(weight, matrices.sharedScaling());
      return factor;
    });
  });
}

/** Returns a function that solves for one row of `right` and writes one row of `u`. */
export function solverOf(
  {right, u, residual}: Pick<Parameters<typeof kktBatch.start>[1]['arrays'], 'right' | 'u' | 'residual'>,
  {n, m, k, transpose}: Record<string, number>,
): (factor: Pick<KktFactor, 'solve' | 'x' | 'y'>, sample: number) => void {
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
