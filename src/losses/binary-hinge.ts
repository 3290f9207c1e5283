/** @file The hinge loss of two classes. */
import type * as tf from '@tensorflow/tfjs-core';
import {binaryMargin} from './binary-margin.js';

/**
 * max(1 − (2y − 1)z, 0), entry by entry.
 *
 * @param label y in {0, 1} (or between), any shape and type. Differentiable if float32.
 * @param logit z, of the same shape, which the result has too. At the kink the slope is the mean of both sides.
 * @throws If the shapes differ, or a label lies outside [0, 1] (if the host can read it).
 */
export function binaryHinge(label: tf.Tensor, logit: tf.Tensor): tf.Tensor {
  return binaryMargin('binaryHinge', 1, label, logit);
}
