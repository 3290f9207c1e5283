/** @file The condition of an unconstrained minimum. */
import type * as tf from '@tensorflow/tfjs-core';
import {madeOf, type Parameter, type Structure} from '../autodiff/index.js';
import type {Condition} from '../implicit/index.js';
import {gradientOf, type Differentiable} from './objective.js';

/**
 * F(x, ...params) = ∇₁f(x, ...params), zero at a stationary point of f.
 *
 * @param objective f(x, ...params), one value per sample or their sum; or `{gradient}` with a hand-written ∇₁f. The linear system
 *   contains ∇₁²f, so f must be twice differentiable in tfjs (see `enableHigherOrderGradients`).
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 4.
 */
export function stationary<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  objective: Differentiable<X, P>,
): Condition<X, P> {
  const gradient = gradientOf(objective, 'conditions.stationary: the objective');
  const condition: Condition<X, P> = madeOf<Condition<X, P>>(
    (x, ...params) => gradient(x, ...params),
    gradient,
  );
  // A Hessian is symmetric; whether it is definite is not known here.
  condition.tags = {symmetric: true};
  return condition;
}
