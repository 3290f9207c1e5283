/** @file Projections onto the ℓ1 sphere and ball. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {beside, checkPositive, checkRank} from './rows.js';
import {simplex} from './simplex.js';

export type RadiusParams = {
  /** A positive number, or a tensor of x's shape without the last axis. Default 1. */
  radius?: number | tf.Tensor;
};

export const RADIUS: Names<RadiusParams> = {radius: 0};

/**
 * A point with ‖y‖₁ = radius nearest to x, along the last axis: |x| projected onto the simplex, with the signs of x.
 *
 * The set is not convex: where an entry is zero and its magnitude would grow, its sign is taken as positive.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `radius`, in O(n).
 * @throws If x has no axis, or a number `radius` is not positive.
 * @see Duchi et al. 2008, Efficient projections onto the ℓ1-ball, section 4.
 */
export function l1Sphere(x: tf.Tensor, params: RadiusParams = {}): tf.Tensor {
  const {radius = 1} = checkOptions('projections.l1Sphere', params, RADIUS, 'parameter');
  checkRank(x, 'l1Sphere', 1);
  checkPositive(radius, 'radius', 'l1Sphere');
  return tf.tidy(() => {
    const sign = offTape(() => tf.where(tf.less(x, 0), tf.scalar(-1), tf.scalar(1)));
    return tf.mul(sign, simplex(tf.mul(sign, x), {scale: radius}));
  });
}

/**
 * argmin_{‖y‖₁ ≤ radius} ‖y − x‖², along the last axis.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `radius`, in O(n); on the sphere itself the derivative is the identity.
 * @throws If x has no axis, or a number `radius` is not positive.
 * @see Duchi et al. 2008, Efficient projections onto the ℓ1-ball, section 4.
 */
export function l1Ball(x: tf.Tensor, params: RadiusParams = {}): tf.Tensor {
  const {radius = 1} = checkOptions('projections.l1Ball', params, RADIUS, 'parameter');
  checkRank(x, 'l1Ball', 1);
  checkPositive(radius, 'radius', 'l1Ball');
  return tf.tidy(() => {
    const outside = offTape(() =>
      tf.broadcastTo(tf.greater(tf.sum(tf.abs(x), -1, true), beside(radius)), x.shape),
    );
    return tf.where(outside, l1Sphere(x, {radius}), x);
  });
}
