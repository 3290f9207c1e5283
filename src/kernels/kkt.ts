/** @file The KKT systems of a batch of quadratic programs, on the host: factored once, solved for one right-hand side or many. */
import {runBatch} from './batch.js';
import {createDenseKernels} from './current-dense.js';
import type {KktFactor} from './qp/adjoint.js';
import {kktBatch, keptFactors, solverOf} from './qp/kkt-batch.js';

export interface KktBlocks {
  batch: number;
  n: number;
  m: number;
  k: number;
  /** [B, n, n], or [n, n] for all samples. */
  Q: Float32Array;
  /** [B, m, n], or [m, n]. */
  G: Float32Array;
  /** [B, k, n], or [k, n]. */
  A: Float32Array;
  /** [B, m] in [0, 1]. */
  weight: Float32Array;
  /** [B]: samples that are not 0 get a zero solution. */
  status: Float32Array | Int32Array;
}

/** Solves with the systems of a batch. */
export class KktBatch {
  private factors: (KktFactor | null)[] | null = null;
  private solves = 0;

  constructor(private readonly blocks: KktBlocks) {}

  /**
   * u with K u = v, or Kᵀu = v, for v [B, n + m + k], each row (x, ineqDual, eqDual); and the relative residual of each sample.
   *
   * The first solve factors and solves on all threads. Factors are kept from the second on: most backward passes have one.
   */
  solve(right: Float32Array, transpose: boolean): {u: Float32Array; residual: Float32Array} {
    const {batch, n, m, k, Q, G, A, weight, status} = this.blocks;
    const u = new Float32Array(right.length);
    const residual = new Float32Array(batch);
    const job = {
      arrays: {Q, G, A, weight, status, right, u, residual},
      parameters: {
        ...{n, m, k},
        sharedQ: Number(Q.length < batch * n * n),
        sharedG: Number(G.length < batch * m * n),
        sharedA: Number(A.length < batch * k * n),
        transpose: Number(transpose),
      },
    };
    this.solves++;
    if (this.solves === 1) {
      runBatch(kktBatch, job, ['u', 'residual'], batch, kktCost(n, m, k));
      return {u, residual};
    }
    this.factors ??= keptFactors(createDenseKernels(), job, batch);
    const solve = solverOf(job.arrays, job.parameters);
    this.factors.forEach((factor, sample) => factor && solve(factor, sample));
    return {u, residual};
  }
}

/** Multiplications for one sample, roughly. */
export function kktCost(n: number, m: number, k: number): number {
  return (n * n * (n + 3 * (m + k))) / 3 + 20 * n * (n + m + k);
}
