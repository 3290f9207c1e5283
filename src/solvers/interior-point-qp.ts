/** @file The interior-point solver of quadratic programs, differentiated through the KKT condition. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, withValue} from '../autodiff/index.js';
import {quadraticKkt, type QuadraticData, type QuadraticSolution} from '../conditions/index.js';
import {customRoot} from '../implicit/index.js';
import {runQP, type QPGuess} from '../kernels/index.js';
import {matVec} from '../linalg/index.js';
import {kkt, type LinearSolver, type SolveInfo} from '../linsolve/index.js';
import {checkDegenerate, complementarityWeight, type Degenerate} from './degeneracy.js';

export interface InteriorPointQPOptions {
  /** Relative KKT error at which a sample counts as solved. Default 1e-9 (f64 inside). */
  tolerance?: number;
  /** Default 100. */
  maxIterations?: number;
  /** Solves the adjoint system. Default `linsolve.kkt()`. */
  linsolve?: LinearSolver;
  /** Which derivative a weakly active constraint gets. Default 'leastNorm'. */
  degenerate?: Degenerate;
  /** κ of 'smooth', in units of multiplier times slack. Default 1e-3. */
  smoothing?: number;
  /** Receives the report of the gradient's linear solve. */
  onGradient?: (info: SolveInfo) => void;
}

/** How the solve of each sample went, and what is known of its solution. */
export type InteriorPointQPState = {
  /** [B], int32, the codes of `Status`. */
  status: tf.Tensor1D;
  /** [B], int32. Zero where the warm start's active set was the right one. */
  iterations: tf.Tensor1D;
  /** [B]: the largest relative error among stationarity, feasibility, signs and complementarity. */
  residual: tf.Tensor1D;
  /** [B, m]: h − Gx, differentiable. */
  slack: tf.Tensor2D;
  /** [B, m], int32: 0 inactive, 1 active, 2 weakly active. */
  activity: tf.Tensor2D;
  /**
   * Where the status is 1, (ineqDual, eqDual) with Gᵀλ + Aᵀν = 0, λ ≥ 0 and hᵀλ + bᵀν = −1: no point is feasible. Where
   * it is 2, x with Qx = 0, Gx ≤ 0, Ax = 0 and pᵀx = −1: the objective falls along x without end. Zero elsewhere.
   */
  certificate: {x: tf.Tensor2D; ineqDual: tf.Tensor2D; eqDual: tf.Tensor2D};
};

/**
 * min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, for a batch: a primal–dual interior-point method on the homogeneous
 * self-dual embedding (it tells infeasible and unbounded problems apart from solved ones), finished on the active set, in
 * f64 in one fused kernel. A sample that fails has x = 0 and a zero gradient, and never touches the others.
 *
 * `solveQP` wraps it with shape checks, shared tensors and messages.
 *
 * @see Goulart & Chen 2024 (arXiv 2405.12762); Blondel et al. 2022 (arXiv 2105.15183), equation 6, for the gradient.
 */
export class InteriorPointQP {
  readonly className = 'InteriorPointQP';
  readonly tolerance: number;
  readonly maxIterations: number;
  private readonly linsolve: LinearSolver;
  private readonly degenerate: Degenerate;
  private readonly smoothing: number;
  private readonly onGradient?: (info: SolveInfo) => void;

  constructor({
    tolerance = 1e-9,
    maxIterations = 100,
    linsolve = kkt(),
    degenerate = 'leastNorm',
    smoothing = 1e-3,
    onGradient,
  }: InteriorPointQPOptions = {}) {
    if (!(tolerance > 0)) throw new Error(`InteriorPointQP: tolerance must be positive, got ${tolerance}.`);
    if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
      throw new Error(`InteriorPointQP: maxIterations must be a positive integer, got ${maxIterations}.`);
    }
    checkDegenerate(degenerate, smoothing);
    this.degenerate = degenerate;
    this.smoothing = smoothing;
    this.onGradient = onGradient;
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
    this.linsolve = linsolve;
  }

  /**
   * Solves the batch.
   *
   * @param init `null`, or a guess (an earlier solution of nearby problems) whose active set is tried first.
   * @param data Every tensor has the batch or 1 in front, p the batch.
   * @returns The solution, differentiable in `data` to any order, and the state.
   */
  run(init: QPGuess | null, data: QuadraticData): {x: QuadraticSolution; state: InteriorPointQPState} {
    return tf.tidy(() => {
      const found = offTape(() => ({...runQP(data, this, init)}));
      const {activity, status} = found;
      const {linsolve, onGradient} = this;
      const weight = complementarityWeight(found, this.degenerate, this.smoothing);
      const root = customRoot(quadraticKkt, {linsolve, onGradient});
      const x = root(() => ({x: found.x, ineqDual: found.ineqDual, eqDual: found.eqDual}))(null, data, {
        weight,
        status,
      });
      const state: InteriorPointQPState = {
        status,
        iterations: found.iterations,
        residual: found.residual,
        slack: this.slack(found.slack, x.x, data, status),
        activity,
        certificate: {x: found.certificateX, ineqDual: found.certificateIneq, eqDual: found.certificateEq},
      };
      return {x, state} as unknown as tf.TensorContainerObject;
    }) as unknown as {x: QuadraticSolution; state: InteriorPointQPState};
  }

  /** The kernel's slack, which has no cancellation error, with the derivative of h − Gx; zero for a failed sample. */
  private slack(value: tf.Tensor2D, x: tf.Tensor, {G, h}: QuadraticData, status: tf.Tensor): tf.Tensor2D {
    const solved = tf.expandDims(tf.cast(tf.equal(status, 0), 'float32'), 1);
    return withValue(value, tf.mul(solved, tf.sub(h, matVec(G, x)))) as tf.Tensor2D;
  }
}
