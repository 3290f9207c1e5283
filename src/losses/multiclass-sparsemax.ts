/** @file The sparsemax loss of several classes. */
import * as tf from '@tensorflow/tfjs-core';
import {sparsemax} from '../projections/index.js';
import {withFiniteMaximum} from './limits.js';
import {recordLoss} from './record.js';
import {asDistribution, checkDistribution, expectation, shortfall} from './targets.js';

/**
 * max_{p in the simplex} (⟨θ, p⟩ − ½‖p‖²) + ½‖y‖² − ⟨θ, y⟩ along the last axis.
 *
 * The slope in θ is sparsemax(θ) − y: both reach zero if the target class leads by 1.
 *
 * @param target int32 class indices [...], or distributions y [..., n] (differentiable if float32).
 * @param logits θ [..., n].
 * @returns [...].
 * @throws If the shapes do not fit, or the target is neither a class nor a distribution (if the host can read it; elsewhere the
 *   loss of an index out of range is NaN).
 * @see Martins & Astudillo 2016 (arXiv 1602.02068), section 3.
 */
export function multiclassSparsemax(target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  checkDistribution('multiclassSparsemax', target, logits);
  return recordLoss(
    {
      name: 'MulticlassSparsemax',
      // The same number as a sum of terms that are not negative: half a square, and y on classes outside the support.
      value: (given, logits) => {
        const y = asDistribution(given, logits);
        const theta = withFiniteMaximum(logits);
        const p = sparsemax(theta);
        const near = tf.div(tf.sum(tf.square(tf.sub(y, p)), -1), 2);
        return tf.add(near, expectation(y, shortfall(theta, tf.max(p, -1, true))));
      },
      slope: (y, theta) => tf.sub(sparsemax(withFiniteMaximum(theta)), asDistribution(y, theta)),
      targetSlope: (y, theta) => tf.sub(y, theta),
    },
    target,
    logits,
  );
}
