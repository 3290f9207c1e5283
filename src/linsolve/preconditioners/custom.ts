/** @file A preconditioner of one's own. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Preconditioner} from './types.js';

export interface CustomPreconditioner {
  /** v ↦ M v with M ≈ A⁻¹, on rows [B, n]. */
  apply: (v: tf.Tensor2D) => tf.Tensor2D;
  /** v ↦ Mᵀ v. CG, whose M is symmetric, does without; others need it for `solveTranspose`. */
  applyTranspose?: (v: tf.Tensor2D) => tf.Tensor2D;
}

/**
 * M as a pair of functions. Functions are not saved: a solver that is loaded has none.
 *
 * @throws In `solveTranspose`, if `applyTranspose` is needed and missing.
 */
export function custom({apply, applyTranspose = missing}: CustomPreconditioner): Preconditioner {
  return {
    className: 'custom',
    getConfig: () => ({}),
    prepare: () => ({apply, applyTranspose, dispose: () => {}}),
  };
}

function missing(): never {
  throw new Error(
    'preconditioners.custom: solveTranspose needs applyTranspose, the product with the transposed preconditioner.',
  );
}
