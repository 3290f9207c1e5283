/** @file The contract of a linear solver: factor an operator once, then solve with it and with its transpose. */
import type * as tf from '@tensorflow/tfjs-core';
import {type Names} from '../checks/index.js';

/** Known properties of a matrix; a solver may rely on them. */
export interface Tags {
  /** Aᵀ = A. Default: not known. */
  symmetric?: boolean | undefined;
  /** vᵀA v > 0 for every v that is not zero. Default: not known. */
  positiveDefinite?: boolean | undefined;
}

export const TAGS: Names<Tags> = {symmetric: 0, positiveDefinite: 0};

/** The products of an operator in double precision, on vectors as rows [B, n]. The returned array is overwritten by the next product. */
export interface DoubleProducts {
  /** A v, for v [B, n], row-major. */
  apply: (rows: Float64Array) => Float64Array;
  /** Aᵀ v, for v [B, n], row-major. */
  applyTranspose: (rows: Float64Array) => Float64Array;
}

/**
 * A square linear map, v ↦ A v.
 *
 * Vectors are tensors of one shape. A `batched` operator acts separately on each entry of axis 0, like a block-diagonal matrix;
 * otherwise all entries of a vector belong to one system.
 */
export interface Operator {
  /** Whether axis 0 of a vector is a batch of independent systems. */
  readonly batched: boolean;
  /** Known properties of A; empty if there are none. */
  readonly tags: Tags;
  /** A v. */
  apply(v: tf.Tensor): tf.Tensor;
  /** Aᵀ v. */
  applyTranspose(v: tf.Tensor): tf.Tensor;
  /**
   * The matrices, [B, n, n] (B = 1 if not batched, or if all samples have the same one), rows and columns in the order of a
   * flattened vector.
   */
  materialize(vectorShape: number[]): tf.Tensor3D;
  /** The diagonals of these matrices, [B, n] with the same B, if they are known without the matrices. */
  diagonal?(vectorShape: number[]): tf.Tensor2D;
  /** Double-precision products, if there are any: created on first use. `null` if it turns out that there are none. */
  double?(): DoubleProducts | null;
  /**
   * Factors the matrices in a way of the operator's own, on the host, for the direct solvers; without it they factor what `materialize` gives.
   *
   * @throws If they must be symmetric positive definite and are not; `refuse` makes the error of a sample.
   */
  factor?(definite: {refuse: (sample: number) => Error} | null): OwnFactors;
  /** Frees the resources of the operator. */
  dispose(): void;
}

/** The factors of the matrices of an operator. */
export interface OwnFactors {
  /** The number of matrices: 1 if all samples share one. */
  readonly count: number;
  /** x with A x = b, or Aᵀx = b, for the matrix of this sample, in double precision; of least norm if A is singular. */
  solve(b: Float64Array, sample: number, transpose: boolean): Float64Array;
  /** A x, or Aᵀx. */
  multiply(x: Float64Array, sample: number, transpose: boolean): Float64Array;
}

/** How a solve went: tensors of shape [B], one entry per system. */
export interface SolveInfo {
  /** 1 if the residual is within the tolerance, else 0. */
  converged: tf.Tensor1D;
  /** Iterations of the solver; 1 for a direct one. */
  iterations: tf.Tensor1D;
  /** ‖b − A x‖ / ‖b‖, recomputed from the solution. */
  residual: tf.Tensor1D;
}

/** A factored operator. Solutions have the shape of the right-hand side. */
export interface Factorization {
  /** x with A x = b. */
  solve(b: tf.Tensor): tf.Tensor;
  /** x with Aᵀ x = b. */
  solveTranspose(b: tf.Tensor): tf.Tensor;
  /** The report of the latest solve; the factorization owns these tensors. `null` before the first solve. */
  readonly info: SolveInfo | null;
  /** Frees the factors and `info`; the operator still belongs to the caller. */
  dispose(): void;
}

/** Solves A u = v for operators A: it factors A once, then solves with A and with Aᵀ. */
export interface LinearSolver {
  /** The name under which a saved layer finds the solver. */
  readonly className: string;
  /** Whether it is inexact on purpose, so that a remaining residual is not a failure. Default false. */
  readonly truncated?: boolean | undefined;
  /** Prepares solves with this operator, which must live as long as the result; the work may be left to the first solve. */
  factor(operator: Operator): Factorization;
  /** The constructor arguments of an equal solver, for a saved layer. */
  getConfig(): Record<string, unknown>;
}
