/** @file Truncated Neumann series: cheap inexact solves with the Jacobian of a fixed point. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names, type NoOptions} from '../checks/index.js';
import {residualOf} from './direct.js';
import {reporting} from './reporting.js';
import {registerLinearSolver} from './registry.js';
import {toRows} from './rows.js';
import type {LinearSolver} from './types.js';

/** The options of `linsolve.neumann`. */
export interface NeumannOptions {
  /** The number of terms of the series; the number of products with A is one less. Default 10. */
  terms?: number | undefined;
  /** λ in (0, 1]. Default 1. */
  damping?: number | undefined;
}

/** The relative residual at which a system counts as solved. */
const TOLERANCE = 1e-6;

const NAMES: Names<NeumannOptions> = {terms: 0, damping: 0};

/**
 * x = −λ Σ (I + λA)ʲ b over j < terms, for A = ∂T − I, the Jacobian of the condition T(z) = z.
 *
 * It converges to A⁻¹ b if T is a contraction; a smaller λ makes the steps more cautious. A few terms give the inexact gradients
 * of deep equilibrium models. `info.iterations` is `terms`; `info.converged` is 1 if the residual is at most 1e-6.
 *
 * @throws If `terms` is not a positive integer, or `damping` not in (0, 1].
 */
export function neumann(options: NeumannOptions = {}): LinearSolver {
  const {terms = 10, damping = 1} = checkOptions('linsolve.neumann', options, NAMES);
  if (!Number.isInteger(terms) || terms < 1) {
    throw new Error(`neumann: terms must be a positive integer, got ${terms}.`);
  }
  if (!(damping > 0 && damping <= 1)) {
    throw new Error(`neumann: damping must lie in (0, 1], got ${damping}.`);
  }
  return {
    className: 'neumann',
    truncated: true,
    getConfig: () => ({terms, damping}),
    factor: (operator) =>
      reporting((b, transpose) => {
        let term = b;
        let sum = b;
        for (let j = 1; j < terms; j++) {
          const image = transpose ? operator.applyTranspose(term) : operator.apply(term);
          term = tf.add(term, tf.mul(damping, image));
          sum = tf.add(sum, term);
        }
        const x = tf.mul(-damping, sum);
        const residual = residualOf(operator, b, toRows(x, operator.batched), transpose);
        return {
          x,
          info: {
            converged: tf.cast(tf.lessEqual(residual, TOLERANCE), 'float32') as tf.Tensor1D,
            iterations: tf.mul(terms, tf.onesLike(residual)),
            residual,
          },
        };
      }),
  };
}

/**
 * The solver of the one-step or Jacobian-free gradient: A⁻¹ ≈ −I.
 *
 * @see Bolte, Pauwels & Vaiter 2023, arXiv:2305.14350; Fung et al. 2022, arXiv:2103.12803.
 */
export function oneStep(options?: NoOptions): LinearSolver {
  checkOptions('linsolve.oneStep', options, []);
  return neumann({terms: 1});
}

/**
 * The solver of the phantom gradient: a few damped terms, by default 5 with damping 0.5.
 *
 * @see Geng et al. 2021, arXiv:2111.05177.
 */
export function phantom(options: NeumannOptions = {}): LinearSolver {
  const {terms = 5, damping = 0.5} = checkOptions('linsolve.phantom', options, NAMES);
  return neumann({terms, damping});
}

registerLinearSolver('neumann', neumann);
