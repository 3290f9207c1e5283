/** @file The perceptron loss of two classes. */
import type * as tf from '@tensorflow/tfjs-core';
import {binaryMargin} from './binary-margin.js';

/**
 * max(−(2y − 1)z, 0), entry by entry.
 *
 * @param label y in {0, 1} (or between), any shape and type. Differentiable if float32.
 * @param logit z, of the same shape, which the result has too. At z = 0 the slope is the mean of both sides, ½ − y: so training
 *   can start there.
 * @throws If the shapes differ, or a label lies outside [0, 1] (if the host can read it).
 */
export function binaryPerceptron(label: tf.Tensor, logit: tf.Tensor): tf.Tensor {
  return binaryMargin('binaryPerceptron', 0, label, logit);
}
