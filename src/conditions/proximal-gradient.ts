/** @file The proximal-gradient fixed point, and its special case for a projection. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {
  flatten,
  flattenLike,
  madeOf,
  marked,
  unflatten,
  type Parameter,
  type Structure,
} from '../autodiff/index.js';
import {fixedPointResidual, type Condition, type FixedPointMap} from '../implicit/index.js';
import {gradientOf, type Differentiable} from './objective.js';

/** prox(y, params, scaling) = argmin_z ½‖z − y‖² + scaling·g(z; params). */
export type Prox<X extends Structure = tf.Tensor, H extends Parameter = Parameter> = (
  y: X,
  params: H,
  scaling?: number | tf.Tensor,
) => X;

/** The Euclidean projection of y onto the set that `params` describe. */
export type Projection<X extends Structure = tf.Tensor, H extends Parameter = Parameter> = (
  y: X,
  params: H,
) => X;

/** The options of the conditions that take a gradient step. */
export interface StepOptions<P extends Parameter[] = tf.Tensor[]> {
  /**
   * η: a number, or a function of the objective's parameters (a tensor that broadcasts with x). Default 1. It does not change the
   * solution, but it changes the condition number of the linear system: about one over the largest eigenvalue of ∇₁²f is best.
   */
  stepSize?: number | ((...params: P) => number | tf.Tensor) | undefined;
}

/** The names of `StepOptions`. */
export const STEP: Names<StepOptions<Parameter[]>> = {stepSize: 0};

/** A condition T(x) − x that also has T, as `map`. */
export interface FixedPointCondition<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends Condition<X, P> {
  /** T(x, ...params), a structure like x. */
  map: FixedPointMap<X, P>;
}

/**
 * F = T − x with T = prox_{ηg}(x − η∇₁f(x, ...params), proxParams), zero at a minimum of f + g.
 *
 * The parameters of the condition are (proxParams, ...params): the prox's first, then the objective's.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 7.
 */
export function proximalGradient<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
>(
  objective: Differentiable<X, P>,
  prox: Prox<X, H>,
  options: StepOptions<P> = {},
): FixedPointCondition<X, [proxParams: H, ...params: P]> {
  const {stepSize: size = 1} = checkOptions('conditions.proximalGradient', options, STEP);
  checkFunction('conditions.proximalGradient', 'prox', prox);
  const [own, stepSize] = [marked(prox), typeof size === 'function' ? marked(size) : size];
  const gradient = gradientOf(objective, 'conditions.proximalGradient: the objective');
  const map: FixedPointMap<X, [proxParams: H, ...params: P]> = (x, proxParams, ...params) =>
    tf.tidy(() => {
      const eta = typeof stepSize === 'function' ? stepSize(...params) : stepSize;
      return own(descend(x, gradient(x, ...params), eta), proxParams, eta);
    });
  madeOf(map, gradient, own, ...(typeof stepSize === 'function' ? [stepSize] : []));
  return Object.assign(fixedPointResidual(map), {map});
}

/**
 * F = T − x with T = proj(x − η∇₁f(x, ...params), projectionParams), zero at a minimum of f over the set.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 9.
 */
export function projectedGradient<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
>(
  objective: Differentiable<X, P>,
  projection: Projection<X, H>,
  options: StepOptions<P> = {},
): FixedPointCondition<X, [projectionParams: H, ...params: P]> {
  checkOptions('conditions.projectedGradient', options, STEP);
  checkFunction('conditions.projectedGradient', 'projection', projection);
  return proximalGradient<X, H, P>(objective, (y, params) => projection(y, params), options);
}

/** x − η g, leaf by leaf. */
export function descend<X extends Structure = tf.Tensor>(x: X, gradient: X, eta: number | tf.Tensor): X {
  const steps = flattenLike('The gradient', gradient, x);
  return unflatten(
    x,
    flatten(x).map((leaf, i) => tf.sub(leaf, tf.mul(eta, steps[i]))),
  );
}
