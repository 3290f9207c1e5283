/** @file Entmax: the map between softmax (α = 1) and sparsemax (α = 2). */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {scalarRoot} from '../solvers/index.js';
import {onRows} from './rows.js';
import {simplex} from './simplex.js';

export type EntmaxParams = {
  /** α ≥ 1: 1 is softmax, 2 is sparsemax. Default 1.5. */
  alpha?: number;
};

const NAMES: Names<EntmaxParams> = {alpha: 0};

/**
 * argmax_{p in the probability simplex} pᵀx + H_α(p), H_α(p) = Σ(pᵢ − pᵢ^α)/(α(α − 1)) Tsallis' entropy, along the last axis.
 *
 * p = max((α − 1)x − τ, 0)^{1/(α−1)}: sparse for α > 1. A row with NaN becomes NaN.
 *
 * @param x [..., n]. Differentiable, to any order: with s = p^{2−α} on the support the Jacobian is diag(s) − ssᵀ/Σs.
 * @throws If x has no axis, or α is less than 1.
 * @see Peters, Niculae & Martins 2019 (arXiv 1905.05702), equation 10 and proposition 1.
 */
export function entmax(x: tf.Tensor, params: EntmaxParams = {}): tf.Tensor {
  const {alpha = 1.5} = checkOptions('projections.entmax', params, NAMES, 'parameter');
  if (!(alpha >= 1 && alpha < Infinity)) {
    throw new Error(`projections.entmax: alpha must be finite and at least 1, got ${alpha}.`);
  }
  if (alpha === 2) return simplex(x);
  return onRows(x, 'entmax', (rows) => {
    const top = offTape(() => tf.max(rows, 1, true));
    const shifted = tf.sub(rows, top);
    if (alpha === 1) {
      const weights = tf.exp(shifted);
      return tf.div(weights, tf.sum(weights, 1, true));
    }
    const scaled = tf.mul(alpha - 1, shifted);
    const power = 1 / (alpha - 1);
    const tau = scalarRoot(
      {
        // Grows with τ: one minus the sum.
        value: (t: tf.Tensor, z: tf.Tensor) => tf.sub(1, tf.sum(positivePower(tf.sub(z, t), power), 1, true)),
        slope: (t: tf.Tensor, z: tf.Tensor) =>
          tf.sum(tf.mul(power, positivePower(tf.sub(z, t), power - 1)), 1, true),
        // The largest entry is 0 now: at τ = −1 it alone gives 1, and all n of them give 1 at τ = −n^{1 − α} at most.
        bracket: (z: tf.Tensor) => [
          tf.fill([z.shape[0], 1], -1),
          tf.fill([z.shape[0], 1], -Math.pow(z.shape[1]!, 1 - alpha)),
        ],
      },
      scaled,
    );
    return positivePower(tf.sub(scaled, tau), power);
  });
}

/** max(a, 0)^power, with the derivative 0 where a ≤ 0. */
function positivePower(a: tf.Tensor, power: number): tf.Tensor {
  const positive = offTape(() => tf.greater(a, 0));
  // The derivative of a power below 1 is infinite at zero, and infinity times zero is NaN.
  const base = tf.where(positive, a, tf.onesLike(a));
  const raised = power === 2 ? tf.square(base) : tf.pow(base, power);
  return tf.where(positive, raised, tf.zerosLike(a));
}
