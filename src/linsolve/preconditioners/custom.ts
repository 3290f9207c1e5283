/** @file A user-defined preconditioner. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../../checks/index.js';
import type {Preconditioner} from './types.js';

/** A preconditioner given by functions, for `preconditioners.custom`. */
export interface CustomPreconditioner {
  /** v ↦ M v with M ≈ A⁻¹, on rows [B, n]. */
  apply: (v: tf.Tensor2D) => tf.Tensor2D;
  /** v ↦ Mᵀ v. CG does not need it, because its M is symmetric; other solvers need it for `solveTranspose`. */
  applyTranspose?: ((v: tf.Tensor2D) => tf.Tensor2D) | undefined;
}

const NAMES: Names<CustomPreconditioner> = {apply: 1, applyTranspose: 0};

/**
 * M as a pair of functions. Functions are not saved, so a loaded solver has no preconditioner.
 *
 * @throws In `solveTranspose`, if `applyTranspose` is needed and missing.
 */
export function custom(functions: CustomPreconditioner): Preconditioner {
  const {apply, applyTranspose = missing} = checkOptions('preconditioners.custom', functions, NAMES, 'entry');
  checkFunction('preconditioners.custom', 'apply', apply);
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
