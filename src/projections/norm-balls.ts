/** @file Projections onto the ℓ2 sphere and ball, and the ℓ∞ ball. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {floatMap, offTape} from '../autodiff/index.js';
import {rowNorm} from '../linsolve/index.js';
import {box} from './box.js';
import {RADIUS, type RadiusParams} from './l1-ball.js';
import {beside, checkPositive, checkRank} from './rows.js';

/**
 * A point with ‖y‖₂ = radius closest to x, along the last axis: radius·x/‖x‖.
 *
 * For x = 0, every point of the sphere is equally close; y is then the one with equal entries, with a zero derivative in x.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `radius`.
 * @throws If x has no axis, or a number `radius` is not positive.
 */
export function l2Sphere(x: tf.Tensor, params: RadiusParams = {}): tf.Tensor {
  const {radius = 1} = checkOptions('projections.l2Sphere', params, RADIUS, 'parameter');
  checkRank(x, 'l2Sphere', 1);
  checkPositive(radius, 'radius', 'l2Sphere');
  return floatMap('projections.l2Sphere', {x, radius}, ({x, radius}) => tf.mul(beside(radius), unit(x)));
}

/**
 * argmin_{‖y‖₂ ≤ radius} ‖y − x‖², along the last axis.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `radius`; on the sphere itself the derivative is the identity.
 * @throws If x has no axis, or a number `radius` is not positive.
 */
export function l2Ball(x: tf.Tensor, params: RadiusParams = {}): tf.Tensor {
  const {radius = 1} = checkOptions('projections.l2Ball', params, RADIUS, 'parameter');
  checkRank(x, 'l2Ball', 1);
  checkPositive(radius, 'radius', 'l2Ball');
  return floatMap('projections.l2Ball', {x, radius}, ({x, radius}) => {
    const r = beside(radius);
    const outside = offTape(() => tf.broadcastTo(tf.greater(rowNorm(scaled(x, r)), 1), x.shape));
    return tf.where(outside, tf.mul(r, unit(x)), x);
  });
}

/**
 * argmin_{‖y‖∞ ≤ radius} ‖y − x‖², along the last axis.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `radius`.
 * @throws If x has no axis, or a number `radius` is not positive.
 */
export function linfBall(x: tf.Tensor, params: RadiusParams = {}): tf.Tensor {
  const {radius = 1} = checkOptions('projections.linfBall', params, RADIUS, 'parameter');
  checkRank(x, 'linfBall', 1);
  checkPositive(radius, 'radius', 'linfBall');
  return floatMap('projections.linfBall', {x, radius}, ({x, radius}) => {
    const upper = beside(radius);
    return box(x, {lower: typeof upper === 'number' ? -upper : tf.neg(upper), upper});
  });
}

const scaled = (x: tf.Tensor, r: number | tf.Tensor): tf.Tensor => tf.div(x, r);

/** x/‖x‖; the point with equal entries for zero. */
function unit(x: tf.Tensor): tf.Tensor {
  const {largest, isZero} = offTape(() => {
    const top = tf.max(tf.abs(x), -1, true);
    const zero = tf.equal(top, 0);
    // A norm of entries beyond 1e±19 would leave the range of f32.
    return {largest: tf.where(zero, tf.onesLike(top), top), isZero: tf.broadcastTo(zero, x.shape)};
  });
  const direction = tf.div(x, largest);
  const known = tf.where(isZero, tf.onesLike(x), direction);
  return tf.div(known, rowNorm(known));
}
