/** @file The proximal operator of the ℓ2 norm: it keeps a group or sets it to zero. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, offTape} from '../autodiff/index.js';
import {rowNorm} from '../linsolve/index.js';
import {magnitude, rowWeight} from './weights.js';

/**
 * argmin_y ½‖y − x‖² + scaling·weight·‖y‖₂ = max(1 − scaling·weight/‖x‖, 0)·x, where the last axis is a group.
 *
 * Use `prox.blockwise` for groups within a vector.
 *
 * @param x [..., n]. Differentiable, with a zero derivative where y = 0, at x = 0 too.
 * @param weight A number, or a tensor of x's shape without the last axis. Default 1.
 * @param scaling A factor on the penalty, a number or a tensor that broadcasts with x. Default 1.
 * @see Yuan & Lin 2006, Model selection and estimation in regression with grouped variables.
 */
export function groupLasso(
  x: tf.Tensor,
  weight: number | tf.Tensor = 1,
  scaling: number | tf.Tensor = 1,
): tf.Tensor {
  return floatMap('prox.groupLasso', {x, weight, scaling}, ({x, weight, scaling}) => {
    // In units of the group's largest entry, so that no square leaves the range of f32.
    const unit = offTape(() => magnitude(tf.max(tf.abs(x), -1, true)));
    const scaled = tf.div(x, unit);
    const {finite, endless} = rowWeight(weight, scaling);
    const threshold = tf.div(finite, unit);
    const dropped = offTape(() => {
      const norm = rowNorm(scaled);
      // Asked this way round, NaN is not set to zero.
      const small = tf.lessEqual(norm, tf.where(endless, norm, threshold));
      return tf.broadcastTo(small, x.shape);
    });
    // The norm of a group that is set to zero may be zero itself, and has no derivative there.
    const known = tf.where(dropped, tf.onesLike(x), scaled);
    const shrunk = tf.mul(known, tf.sub(1, tf.div(threshold, rowNorm(known))));
    return tf.where(dropped, tf.zerosLike(x), tf.mul(unit, shrunk));
  });
}
