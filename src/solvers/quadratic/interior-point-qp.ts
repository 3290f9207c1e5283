/** @file The interior-point solver of quadratic programs. */
import {checkOptions, type Names} from '../../checks/index.js';
import type * as tf from '@tensorflow/tfjs-core';
import type {QuadraticData} from '../../conditions/index.js';
import {hostShouldRead, runQP, startQP, type QPGuess, type QPSolution} from '../../kernels/index.js';
import type {SparseMatrix} from '../../linalg/index.js';
import {SLICE} from '../iteration/in-slices.js';
import type {Steps} from '../iteration/steps.js';
import type {RunResult} from '../iteration/run-result.js';
import {
  IMPLICIT_QP,
  ImplicitQP,
  type BoundedGuess,
  type ImplicitQPOptions,
  type QPRunSolution,
  type QPState,
} from './implicit-qp.js';
import type {SparseRunning} from './parts/sparse-run.js';
import {sparseSolvingFor} from './parts/sparse-solving.js';

/** The options of `InteriorPointQP`. */
export interface InteriorPointQPOptions extends ImplicitQPOptions {
  /** Relative KKT error at which a sample counts as solved. Default 1e-9 (f64 inside). */
  tolerance?: number | undefined;
  /** The largest number of iterations of a sample. Default 100. */
  maxIterations?: number | undefined;
}

/** The data of a problem whose matrices may be sparse. */
export type SparseQuadraticData = Omit<QuadraticData, 'Q' | 'G' | 'A'> & {
  /** The quadratic term, [B, n, n] or [1, n, n], or sparse, [n, n]. */
  Q: tf.Tensor | SparseMatrix;
  /** The left side of Gx ≤ h, [B, m, n] or [1, m, n], or sparse, [m, n]. */
  G: tf.Tensor | SparseMatrix;
  /** The left side of Ax = b, [B, k, n] or [1, k, n], or sparse, [k, n]. */
  A: tf.Tensor | SparseMatrix;
};

const NAMES: Names<InteriorPointQPOptions> = {...IMPLICIT_QP, tolerance: 0, maxIterations: 0};

/**
 * min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, lower ≤ x ≤ upper, for a batch: a primal–dual interior-point method on the homogeneous self-dual
 * embedding (which distinguishes infeasible and unbounded problems from solved ones), finished on the active set, in f64 in one
 * fused kernel. If a sample fails, it has x = 0 and a zero gradient, and the others are unaffected.
 *
 * `solveQP` adds shape checks, shared tensors and messages.
 *
 * @see Goulart & Chen 2024 (arXiv 2405.12762); Blondel et al. 2022 (arXiv 2105.15183), equation 6, for the gradient.
 */
export class InteriorPointQP extends ImplicitQP {
  /** The name at the start of its messages. */
  readonly className = 'InteriorPointQP';
  protected override readonly takesBounds = true;
  /** The relative KKT error at which a sample counts as solved. Default 1e-9 (f64 inside). */
  readonly tolerance: number;
  /** The most iterations of a sample. Default 100. */
  readonly maxIterations: number;

  private readonly own: ImplicitQPOptions;

  constructor(given: InteriorPointQPOptions = {}) {
    const {tolerance = 1e-9, maxIterations = 100, ...options} = checkOptions('InteriorPointQP', given, NAMES);
    super(options);
    if (!(tolerance > 0)) throw new Error(`InteriorPointQP: tolerance must be positive, got ${tolerance}.`);
    if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
      throw new Error(`InteriorPointQP: maxIterations must be a positive integer, got ${maxIterations}.`);
    }
    this.own = options;
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
  }

  /**
   * Solves the batch.
   *
   * @param init `null`, or a guess (an earlier solution of nearby problems).
   * @param data Axis 0 of every tensor is the batch or 1, for p the batch. Q, G and A may also be of `sparseMatrix`, with values of shape
   *   `[entries]` or `[B, entries]`: the whole solve is then sparse, and runs on the host.
   * @returns {x: {x, ineqDual, eqDual}, state}, as that of every solver of quadratic programs; differentiable in `data`, among them `values`.
   * @throws If matrices are sparse and the option `linsolve` is given, which is for dense ones; or if the host cannot read tensors of the backend.
   */
  override run(init: BoundedGuess | null, data: SparseQuadraticData): RunResult<QPRunSolution, QPState> {
    const {className, tolerance, maxIterations} = this;
    const sparse = sparseSolvingFor<SparseRunning>(data, className);
    if (!sparse) return super.run(init, data as QuadraticData);
    const {linsolve, ...options} = this.own;
    if (linsolve !== undefined) throw new Error(`${className}: linsolve is not for sparse matrices.`);
    return sparse.run(className, init, data, {...options, tolerance, maxIterations});
  }

  protected override solve(init: QPGuess | null, data: QuadraticData): QPSolution {
    return runQP(data, this, init);
  }

  protected override *solving(init: QPGuess | null, data: QuadraticData): Steps<QPSolution> {
    if (!hostShouldRead()) return yield* super.solving(init, data);
    const {maxIterations} = this;
    const run = startQP(data, this, init, SLICE);
    const total = data.p.shape[0];
    const progress = () => {
      const {iterations: iteration, residual, done} = run;
      return {iteration, maxIterations, residual, done, total};
    };
    let told = 0;
    try {
      for (let left = run.work(); left !== 'nothing'; left = run.work()) {
        // Seen once: workers go on meanwhile.
        const seen = progress();
        // The end is told once.
        const isSilent = seen.done === told || seen.done === total;
        yield {
          look: () => seen,
          isWhole: true,
          isSilent,
          until: left === 'workers' ? run.change() : undefined,
        };
        told = seen.done;
      }
      yield {look: progress, isWhole: true};
      return run.result();
    } finally {
      run.close();
    }
  }

  /** The constructor arguments of an equal solver, for a saved layer. */
  getConfig(): {
    /** The `tolerance` of this solver. */
    tolerance: number;
    /** The `maxIterations` of this solver. */
    maxIterations: number;
  } {
    return {tolerance: this.tolerance, maxIterations: this.maxIterations};
  }
}
