/** @file The linear system of a sparse code, solved on its support in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {shouldLook} from '../programs/index.js';
import {checkOptions, type NoOptions} from '../checks/index.js';
import {readF32, SupportSystems} from '../kernels/index.js';
import {directReport, factorOnDevice, residualOf} from './direct.js';
import {reporting} from './reporting.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver, Operator} from './types.js';

/** The Jacobian of a proximal-gradient fixed point of least squares, P (I − ηDᵀD) − I, with its parts. */
export interface SupportOperator extends Operator {
  /** The parts of the Jacobian; the tensors belong to the caller. */
  readonly support: {
    /** D, [width, n]. */
    dictionary: tf.Tensor;
    /** [B, n] in [0, 1]: the derivative of each entry's thresholding. */
    weight: tf.Tensor;
    /** The weights of ½‖z‖², [B | 1, n]. */
    l2: tf.Tensor;
    /** The step size η, one entry. */
    step: tf.Tensor;
  };
}

/**
 * The solver for operators with a support (from `conditions.sparseCode`): a Cholesky factorisation in the number of entries that
 * are not zero, in f64 on the host; the solution has the least norm if those atoms depend on each other. If the host cannot read tensors,
 * it works like `linsolve.lu`.
 *
 * @throws If the operator has no support.
 */
export function support(options?: NoOptions): LinearSolver {
  checkOptions('linsolve.support', options, []);
  return {
    className: 'support',
    getConfig: () => ({}),
    factor(operator) {
      if (!('support' in operator)) {
        throw new Error(
          'linsolve.support needs an operator with a support, such as conditions.sparseCode provides; use linsolve.auto here.',
        );
      }
      if (!shouldLook()) return factorOnDevice(operator, false);
      const {dictionary, weight, l2, step} = (operator as SupportOperator).support;
      const [width, n] = dictionary.shape;
      let systems: SupportSystems | null = null;
      return reporting((v, transpose) => {
        systems ??= new SupportSystems({
          ...{batch: weight.shape[0], width, n},
          ...{dictionary: readF32(dictionary), weight: readF32(weight), l2: readF32(l2)},
          step: readF32(step)[0],
        });
        const x = tf.tensor2d(systems.solve(readF32(v), transpose), [weight.shape[0], n]);
        return {x: tf.reshape(x, v.shape), info: directReport(residualOf(operator, v, x, transpose))};
      });
    },
  };
}

registerLinearSolver('support', support);
