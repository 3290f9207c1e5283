/** @file Entmax: the map between softmax (α = 1) and sparsemax (α = 2). */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {excessOf, powerRows} from './power-rows.js';
import {onRows} from './rows.js';
import {simplex} from './simplex.js';

/** The parameter of `projections.entmax`. */
export type EntmaxParams = {
  /** α ≥ 1, a number, or a tensor of x's shape without the last axis: 1 is softmax, 2 is sparsemax. Default 1.5. */
  alpha?: number | tf.Tensor | undefined;
};

const NAMES: Names<EntmaxParams> = {alpha: 0};

/**
 * argmax_{p in the probability simplex} pᵀx + H_α(p), H_α(p) = Σ(pᵢ − pᵢ^α)/(α(α − 1)) the Tsallis entropy, along the last axis.
 *
 * p = max((α − 1)x − τ, 0)^{1/(α−1)}: sparse for α > 1. An entry −∞ is masked: it is removed, becomes 0 and has no gradient; a
 * fully masked row becomes 0. A row with NaN or +∞, or whose α in a tensor is out of range, becomes NaN.
 *
 * @param x [..., n]. Differentiable in x and in a tensor `alpha`, to any order: with s = p^{2−α} on the support the Jacobian in x
 *   is diag(s) − ssᵀ/Σs. f64 inside, if the host can read.
 * @throws If x has no axis, or a number `alpha` is less than 1 or infinite.
 * @see Peters, Niculae & Martins 2019 (arXiv 1905.05702), equation 10 and proposition 1; Correia, Niculae & Martins 2019
 *   (arXiv 1909.00015), proposition 1, for the derivative in α.
 */
export function entmax(x: tf.Tensor, params: EntmaxParams = {}): tf.Tensor {
  const {alpha = 1.5} = checkOptions('projections.entmax', params, NAMES, 'parameter');
  if (typeof alpha === 'number' && !(alpha >= 1 && alpha < Infinity)) {
    throw new Error(`projections.entmax: alpha must be finite and at least 1, got ${alpha}.`);
  }
  if (alpha === 2) return simplex(x);
  return onRows('entmax', {x, alpha}, (rows, given) =>
    powerRows('entmax', rows, excessOf(given.alpha, given.x), entmaxPullback),
  );
}

/** From p, α − 1 and the cotangent of p to those of x and α, with operations that can be differentiated again. */
function entmaxPullback(p: tf.Tensor, excess: tf.Tensor, dp: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const positive = offTape(() => tf.greater(p, 0));
  const base = tf.where(positive, p, tf.onesLike(p));
  const s = tf.where(positive, tf.pow(base, tf.sub(1, excess)), tf.zerosLike(p));
  const total = tf.add(
    tf.sum(s, 1, true),
    offTape(() => tf.cast(tf.equal(tf.sum(s, 1, true), 0), 'float32')),
  );
  const dx = tf.mul(s, tf.sub(dp, tf.div(tf.sum(tf.mul(s, dp), 1, true), total)));

  const log = tf.log(base);
  const each = tf.mul(p, log);
  const entropy = tf.neg(tf.sum(each, 1, true));
  // p log²p (e^u − 1 − u)/u² for u = −δ log p, by its series where u is small: nothing cancels as α comes to 1.
  const u = tf.neg(tf.mul(excess, log));
  const {small, steep, known} = offTape(() => ({
    small: tf.less(u, 0.5),
    steep: tf.broadcastTo(tf.greater(excess, 1), p.shape),
    known: tf.broadcastTo(tf.greater(excess, 0), p.shape),
  }));
  const delta = tf.where(known, tf.broadcastTo(excess, p.shape), tf.onesLike(p));
  const near = tf.where(small, u, tf.zerosLike(u));
  const series = [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2].reduce(
    (sum: tf.Tensor, factor) => tf.add(tf.mul(sum, near), factor),
    tf.mul(near, 1 / 40320),
  );
  const direct = tf.div(tf.sub(s, tf.mul(p, tf.add(1, u))), tf.square(delta));
  const second = tf.where(small, tf.mul(tf.mul(each, log), series), direct);
  const moment = tf.sum(second, 1, true);
  const bent = tf.mul(excess, tf.add(tf.mul(moment, each), tf.mul(entropy, second)));
  const smooth = tf.div(tf.sub(tf.sub(tf.mul(p, moment), second), bent), total);
  const share = tf.div(s, total);
  const sparse = tf.div(tf.sub(tf.div(tf.sub(p, share), delta), tf.add(each, tf.mul(share, entropy))), delta);
  return [dx, tf.sum(tf.mul(dp, tf.where(steep, sparse, smooth)), 1, true)];
}
