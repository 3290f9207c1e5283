/** @file Projection onto the second-order cone. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, offTape} from '../autodiff/index.js';
import {noteDualProjection} from '../kernels/index.js';
import {rowNorm, safeDivide} from '../linsolve/index.js';
import {checkRank} from './rows.js';

/**
 * argmin ‖(s, z) − x‖² subject to ‖z‖₂ ≤ s, along the last axis, whose first entry is s.
 *
 * A point inside does not change, a point in the polar cone (‖z‖ ≤ −s) becomes zero; otherwise y = ½(s + ‖z‖)(1, z/‖z‖).
 *
 * @param x [..., n], n ≥ 1. Differentiable; on the boundary of the cone with the derivative inside.
 * @throws If x has no axis.
 * @see Parikh & Boyd 2014, Proximal algorithms, section 6.3.2.
 */
export function secondOrderCone(x: tf.Tensor): tf.Tensor {
  checkRank(x, 'secondOrderCone', 1);
  const n = x.shape[x.rank - 1];
  const y = floatMap('projections.secondOrderCone', {x}, ({x}) => {
    if (n === 1) return tf.relu(x);
    const [s, z] = tf.split(x, [1, n - 1], -1);
    const size = rowNorm(z);
    const {inside, between} = offTape(() => ({
      inside: tf.broadcastTo(tf.lessEqual(size, s), x.shape),
      between: tf.broadcastTo(tf.greater(size, tf.abs(s)), x.shape),
    }));
    const half = tf.mul(0.5, tf.add(s, size));
    const boundary = tf.concat([half, tf.mul(half, safeDivide(z, tf.add(size, tf.zerosLike(z))))], -1);
    return tf.where(inside, x, tf.where(between, boundary, tf.zerosLike(x)));
  });
  return x.rank === 2 ? noteDualProjection(y, x, {secondOrder: [n]}) : y;
}
