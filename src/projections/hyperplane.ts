/** @file Projections onto a hyperplane and a half-space. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap} from '../autodiff/index.js';
import {safeDivide} from '../linsolve/index.js';
import {beside, checkRank} from './rows.js';

/** The normal and the offset of a hyperplane or half-space. */
export type HyperplaneParams = {
  /** The normal, [n] or a tensor that broadcasts with x. */
  a: tf.Tensor;
  /** The offset: a number, or a tensor of x's shape without the last axis. Default 0. */
  b?: number | tf.Tensor | undefined;
};

const NAMES: Names<HyperplaneParams> = {a: 1, b: 0};

/**
 * argmin ‖y − x‖² subject to aᵀy = b, along the last axis: x − (aᵀx − b)a/‖a‖².
 *
 * @param x [..., n]. Differentiable in x, a and b. For a = 0, y is x.
 * @throws If x has no axis.
 */
export function hyperplane(x: tf.Tensor, params: HyperplaneParams): tf.Tensor {
  const {a, b = 0} = checkOptions('projections.hyperplane', params, NAMES, 'parameter');
  checkRank(x, 'hyperplane', 1);
  return floatMap('projections.hyperplane', {x, a, b}, ({x, a, b}) => step(x, a, excess(x, a, b)));
}

/**
 * argmin ‖y − x‖² subject to aᵀy ≤ b, along the last axis: x − max(aᵀx − b, 0)a/‖a‖².
 *
 * @param x [..., n]. Differentiable in x, a and b; on the boundary the derivative is the identity. For a = 0, y is x.
 * @throws If x has no axis.
 */
export function halfspace(x: tf.Tensor, params: HyperplaneParams): tf.Tensor {
  const {a, b = 0} = checkOptions('projections.halfspace', params, NAMES, 'parameter');
  checkRank(x, 'halfspace', 1);
  return floatMap('projections.halfspace', {x, a, b}, ({x, a, b}) => step(x, a, tf.relu(excess(x, a, b))));
}

function excess(x: tf.Tensor, a: tf.Tensor, b: number | tf.Tensor): tf.Tensor {
  return tf.sub(tf.sum(tf.mul(a, x), -1, true), beside(b));
}

function step(x: tf.Tensor, a: tf.Tensor, excessOf: tf.Tensor): tf.Tensor {
  const square = tf.add(tf.sum(tf.square(a), -1, true), tf.zerosLike(excessOf));
  return tf.sub(x, tf.mul(safeDivide(excessOf, square), a));
}
