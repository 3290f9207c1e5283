/** @file Projections onto the ℓ1 sphere and ball. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap, offTape} from '../autodiff/index.js';
import {beside, checkPositive, checkRank, maskedEntries} from './rows.js';
import {simplex} from './simplex.js';
import {fill} from '../kernels/index.js';

/** The radius of a sphere or ball. */
export type RadiusParams = {
  /** A positive number, or a tensor of x's shape without the last axis. Default 1. */
  radius?: number | tf.Tensor | undefined;
};

export const RADIUS: Names<RadiusParams> = {radius: 0};

/**
 * A point with ‖y‖₁ = radius closest to x, along the last axis: |x| projected onto the simplex, with the signs of x.
 *
 * The set is not convex: where an entry is zero and its magnitude would grow, its sign is taken as positive.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `radius`, in O(n). An entry −∞ is removed, and becomes 0.
 * @throws If x has no axis, or a number `radius` is not positive.
 * @see Duchi et al. 2008, Efficient projections onto the ℓ1-ball, section 4.
 */
export function l1Sphere(x: tf.Tensor, params: RadiusParams = {}): tf.Tensor {
  const {radius = 1} = checkOptions('projections.l1Sphere', params, RADIUS, 'parameter');
  checkRank(x, 'l1Sphere', 1);
  checkPositive(radius, 'radius', 'l1Sphere');
  return floatMap('projections.l1Sphere', {x, radius}, ({x, radius}) => {
    const sign = offTape(() => tf.sub(1, tf.mul(2, tf.step(tf.neg(x)))));
    const masked = maskedEntries(x);
    const magnitudes = tf.where(masked, fill(x.shape, -Infinity), tf.mul(sign, x));
    return tf.where(masked, tf.zerosLike(x), tf.mul(sign, simplex(magnitudes, {scale: radius})));
  });
}

/**
 * argmin_{‖y‖₁ ≤ radius} ‖y − x‖², along the last axis.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `radius`, in O(n); on the sphere itself the derivative is the identity.
 *   An entry −∞ is removed, and becomes 0.
 * @throws If x has no axis, or a number `radius` is not positive.
 * @see Duchi et al. 2008, Efficient projections onto the ℓ1-ball, section 4.
 */
export function l1Ball(x: tf.Tensor, params: RadiusParams = {}): tf.Tensor {
  const {radius = 1} = checkOptions('projections.l1Ball', params, RADIUS, 'parameter');
  checkRank(x, 'l1Ball', 1);
  checkPositive(radius, 'radius', 'l1Ball');
  return floatMap('projections.l1Ball', {x, radius}, ({x, radius}) => {
    const present = tf.where(maskedEntries(x), tf.zerosLike(x), x);
    const outside = offTape(() =>
      // A row with NaN is not inside.
      tf.broadcastTo(tf.logicalNot(tf.lessEqual(tf.sum(tf.abs(present), -1, true), beside(radius))), x.shape),
    );
    return tf.where(outside, l1Sphere(x, {radius}), present);
  });
}
