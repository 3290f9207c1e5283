/** @file The multinomial logistic loss: softmax cross-entropy. */
import * as tf from '@tensorflow/tfjs-core';
import {withFiniteMaximum} from './limits.js';
import {log1p} from './log1p.js';
import {recordLoss} from './record.js';
import {asDistribution, checkDistribution, expectation, oneHot, wherePositive} from './targets.js';

/**
 * log Σ exp(θ) − ⟨θ, y⟩ + Σ y log y along the last axis: KL(y ‖ softmax(θ)); the last term is zero for class indices.
 *
 * The slope in θ is softmax(θ) − y.
 *
 * @param target int32 class indices [...], or distributions y [..., n]: those are differentiable if float32 (without the
 *   infinite term where y = 0).
 * @param logits θ [..., n]; −∞ excludes a class that is not the target.
 * @returns [...].
 * @throws If the shapes do not fit, or the target is neither a class nor a distribution (if the host can read it; elsewhere the
 *   loss of an index out of range is NaN).
 * @see Blondel, Martins & Niculae 2020 (arXiv 1901.02324), table 1.
 */
export function multiclassLogistic(target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  checkDistribution('multiclassLogistic', target, logits);
  return recordLoss(
    {
      name: 'MulticlassLogistic',
      value: (given, logits) => {
        const y = asDistribution(given, logits);
        const theta = withFiniteMaximum(logits);
        const z = tf.sub(theta, tf.max(theta, -1, true));
        // The largest term is exactly 1: left to log1p, so that tiny losses keep their digits.
        const others = tf.sub(1, oneHot(tf.argMax(theta, -1), theta.shape[theta.rank - 1]));
        const logSum = log1p(tf.sum(tf.mul(others, tf.exp(z)), -1));
        const negentropy = tf.sum(
          wherePositive(y, (p) => tf.mul(p, tf.log(p))),
          -1,
        );
        return tf.relu(tf.add(tf.sub(logSum, expectation(y, z)), negentropy));
      },
      slope: (y, theta) => tf.sub(tf.softmax(withFiniteMaximum(theta)), asDistribution(y, theta)),
      targetSlope: (y, theta) =>
        tf.sub(
          wherePositive(y, (p) => tf.add(tf.log(p), 1)),
          theta,
        ),
    },
    target,
    logits,
  );
}
