/** @file The block-Jacobi preconditioner. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {runLstsq} from '../../kernels/index.js';
import {blockDiagonal} from '../operators/block-diagonal.js';
import {registerPreconditioner} from './registry.js';
import type {Preconditioner} from './types.js';

/** Remainders of columns below this, relative to the longest column, make a block singular. */
const SINGULAR = 1e-12;

/**
 * M = blockdiag(A₁, A₂, …)⁻¹ for the blocks of `size` entries along the diagonal of A (the last may be smaller), inverted in
 * f64 on the host, in doubles of two f32 on WebGPU. A singular block counts as the identity.
 *
 * The matrix is formed.
 *
 * @throws If `size` is not a positive integer.
 */
export function block(size: number): Preconditioner {
  if (!Number.isInteger(size) || size < 1) {
    throw new Error(`preconditioners.block: size must be a positive integer, got ${size}.`);
  }
  return {
    className: 'block',
    getConfig: () => ({size}),
    prepare(operator, shape) {
      const inverses = offTape(() => {
        const matrices = operator.materialize(shape);
        const [batch, n] = matrices.shape;
        return Array.from({length: Math.ceil(n / size)}, (_, i) => {
          const [start, own] = [i * size, Math.min(size, n - i * size)];
          const inverse = inverseOf(tf.slice(matrices, [0, start, start], [batch, own, own]));
          return batch === 1 ? tf.squeeze(inverse, [0]) : inverse;
        });
      }).map((inverse) => tf.keep(inverse));
      const inverse = blockDiagonal(inverses, {batched: true});
      return {
        apply: (v) => inverse.apply(v) as tf.Tensor2D,
        applyTranspose: (v) => inverse.applyTranspose(v) as tf.Tensor2D,
        dispose: () => tf.dispose(inverses),
      };
    },
  };
}

/** The inverses of matrices [B, n, n]; the identity for a singular one. */
function inverseOf(matrices: tf.Tensor): tf.Tensor {
  const [batch, n] = matrices.shape;
  const identity = tf.tile(tf.expandDims(tf.eye(n), 0), [batch, 1, 1]);
  const options = {rcond: SINGULAR, adjoint: false};
  const [inverse, remainder] = runLstsq(matrices, identity, options, {caller: 'preconditioners.block'});
  // I − A A⁺ projects onto the complement of the range of A: the sum of its squares is n minus the rank.
  const singular = tf.greater(tf.sum(tf.square(remainder), [1, 2], true), 0.5);
  return tf.where(singular, identity, inverse);
}

registerPreconditioner('block', ({size}: {size: number}) => block(size));
