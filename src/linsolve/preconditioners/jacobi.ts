/** @file The Jacobi preconditioner. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type NoOptions} from '../../checks/index.js';
import {offTape} from '../../autodiff/index.js';
import {mainDiagonal} from '../operators/shapes.js';
import {registerPreconditioner} from './registry.js';
import type {Preconditioner} from './types.js';

/**
 * M = diag(A)⁻¹, where zeros of the diagonal count as 1. It balances rows and columns of different scales.
 *
 * If an operator does not know its diagonal, its matrix is formed.
 */
export function jacobi(options?: NoOptions): Preconditioner {
  checkOptions('preconditioners.jacobi', options, []);
  return {
    className: 'jacobi',
    getConfig: () => ({}),
    prepare(operator, shape) {
      const inverse = tf.keep(
        offTape(() => {
          const diagonal = operator.diagonal?.(shape) ?? mainDiagonal(operator.materialize(shape));
          return tf.div(1, tf.where(tf.equal(diagonal, 0), tf.onesLike(diagonal), diagonal));
        }),
      );
      const apply = (v: tf.Tensor2D): tf.Tensor2D => tf.mul(v, inverse);
      return {apply, applyTranspose: apply, dispose: () => inverse.dispose()};
    },
  };
}

registerPreconditioner('jacobi', jacobi);
