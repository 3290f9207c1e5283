/** @file The 1.5-entmax loss of several classes, between the logistic and the sparsemax loss. */
import * as tf from '@tensorflow/tfjs-core';
import {entmax} from '../projections/index.js';
import {withFiniteMaximum} from './limits.js';
import {recordLoss} from './record.js';
import {asDistribution, checkDistribution, expectation, shortfall, wherePositive} from './targets.js';

/**
 * max_{p in the simplex} (⟨θ, p⟩ − Ω(p)) + Ω(y) − ⟨θ, y⟩ along the last axis, Ω(p) = 4/3·Σ(p^1.5 − p).
 *
 * The slope in θ is entmax(θ) − y with α = 1.5: both reach zero if the target class leads by 2.
 *
 * @param target int32 class indices [...], or distributions y [..., n] (differentiable if float32).
 * @param logits θ [..., n].
 * @returns [...].
 * @throws If the shapes do not fit, or the target is neither a class nor a distribution (if the host can read it; elsewhere the
 *   loss of an index out of range is NaN).
 * @see Peters, Niculae & Martins 2019 (arXiv 1905.05702), section 3.
 */
export function multiclassEntmax15(target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  checkDistribution('multiclassEntmax15', target, logits);
  return recordLoss(
    {
      name: 'MulticlassEntmax15',
      // The same number as a sum of terms that are not negative: the Bregman divergence of y from p, which is a third
      // power in the roots a of y and b of p, and y on classes outside the support.
      value: (given, logits) => {
        const y = asDistribution(given, logits);
        const theta = withFiniteMaximum(logits);
        const a = tf.sqrt(y);
        const b = tf.sqrt(entmax(theta));
        const divergence = tf.mul(tf.square(tf.sub(a, b)), tf.add(tf.mul(2, a), b));
        const outside = shortfall(theta, tf.mul(2, tf.max(b, -1, true)));
        return tf.add(tf.mul(2 / 3, tf.sum(divergence, -1)), expectation(y, outside));
      },
      slope: (y, theta) => tf.sub(entmax(withFiniteMaximum(theta)), asDistribution(y, theta)),
      targetSlope: (y, theta) => {
        const root = wherePositive(y, (p) => tf.sqrt(p));
        return tf.sub(tf.sub(tf.mul(2, root), 4 / 3), theta);
      },
    },
    target,
    logits,
  );
}
