/** @file The contract of a preconditioner: an M ≈ A⁻¹ that is computed once from an operator and is cheap to apply. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Operator} from '../types.js';

/** M for one operator, on rows [B, n]. */
export interface PreparedPreconditioner {
  /** M v. */
  apply: (v: tf.Tensor2D) => tf.Tensor2D;
  /** Mᵀ v. */
  applyTranspose: (v: tf.Tensor2D) => tf.Tensor2D;
  /** Frees the tensors of M. */
  dispose(): void;
}

/**
 * M must be regular, or the solver cannot reach every x; for CG, also symmetric positive definite.
 *
 * A preconditioner that the library knows by `className` is saved with its solver.
 */
export interface Preconditioner {
  /** The name under which a saved solver finds the preconditioner. */
  readonly className: string;
  /** Called once per factorization, inside a tf.tidy: keep the tensors that M needs (`tf.keep`). */
  prepare(operator: Operator, vectorShape: number[]): PreparedPreconditioner;
  /** The constructor arguments of an equal preconditioner. */
  getConfig(): Record<string, unknown>;
}
