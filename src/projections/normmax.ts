/** @file Normmax: the map onto the simplex that a norm regularises. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {excessOf, powerRows} from './power-rows.js';
import {onRows} from './rows.js';

/** The parameter of `projections.normmax`. */
export type NormmaxParams = {
  /**
   * α > 1, a number, or a tensor of x's shape without the last axis. As α tends to ∞, the weights on the support become equal.
   * Default 2.
   */
  alpha?: number | tf.Tensor | undefined;
};

const NAMES: Names<NormmaxParams> = {alpha: 0};

/**
 * argmax_{p in the probability simplex} pᵀx − ‖p‖_α, along the last axis: sparse like `entmax`, with more equal weights on its
 * support.
 *
 * p ∝ max(x − τ, 0)^{1/(α−1)} with Σ max(x − τ, 0)^{α/(α−1)} = 1. An entry −∞ is masked: it is removed, becomes 0 and has no
 * gradient; a fully masked row becomes 0. A row with NaN or +∞, or whose α in a tensor is out of range, becomes NaN.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `alpha`, to any order. f64 inside, if the host can read.
 * @throws If x has no axis, or a number `alpha` is not greater than 1, or infinite.
 * @see Blondel, Martins & Niculae 2020, Learning with Fenchel–Young losses (arXiv 1901.02324), section 5.
 */
export function normmax(x: tf.Tensor, params: NormmaxParams = {}): tf.Tensor {
  const {alpha = 2} = checkOptions('projections.normmax', params, NAMES, 'parameter');
  if (typeof alpha === 'number' && !(alpha > 1 && alpha < Infinity)) {
    throw new Error(`projections.normmax: alpha must be finite and greater than 1, got ${alpha}.`);
  }
  return onRows('normmax', {x, alpha}, (rows, given) =>
    powerRows('normmax', rows, excessOf(given.alpha, given.x), normmaxPullback),
  );
}

/** From p, α − 1 and the cotangent of p to those of x and α, with operations that can be differentiated again. */
function normmaxPullback(p: tf.Tensor, excess: tf.Tensor, dp: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const positive = offTape(() => tf.greater(p, 0));
  const base = tf.where(positive, p, tf.onesLike(p));
  const alpha = tf.add(excess, 1);
  const powers = tf.where(positive, tf.pow(base, alpha), tf.zerosLike(p));
  const sum = tf.sum(powers, 1, true);
  const logNorm = tf.div(
    tf.log(
      tf.add(
        sum,
        offTape(() => tf.cast(tf.equal(sum, 0), 'float32')),
      ),
    ),
    alpha,
  );
  // a = x − τ, of which p/‖p‖ is a power.
  const logA = tf.mul(excess, tf.sub(tf.log(base), logNorm));
  const a = tf.where(positive, tf.exp(logA), tf.onesLike(p));
  const weights = tf.div(p, tf.mul(excess, a));
  const centred = tf.sub(dp, tf.sum(tf.mul(dp, p), 1, true));
  const moved = tf.mul(weights, centred);
  const dx = tf.sub(moved, tf.mul(p, tf.sum(moved, 1, true)));
  const entropy = tf.sum(tf.mul(tf.mul(p, a), tf.where(positive, logA, tf.zerosLike(p))), 1, true);
  const tau = tf.div(tf.neg(entropy), tf.mul(excess, alpha));
  const change = tf.add(tf.div(logA, excess), tf.div(tau, a));
  return [dx, tf.neg(tf.div(tf.sum(tf.mul(tf.mul(p, centred), change), 1, true), excess))];
}
