/** @file The perceptron loss of several classes. */
import type * as tf from '@tensorflow/tfjs-core';
import {multiclassMargin} from './multiclass-margin.js';

/**
 * max_j θ_j − ⟨θ, y⟩ along the last axis: zero if the target attains the maximum.
 *
 * @param target int32 class indices [...], or distributions y [..., n] (differentiable if float32).
 * @param logits θ [..., n]. Where several classes attain the maximum the slope is the mean of theirs.
 * @returns [...].
 * @throws If the shapes do not fit, or the target is neither a class nor a distribution (if the host can read it; elsewhere the
 *   loss of an index out of range is NaN).
 * @see Blondel, Martins & Niculae 2020 (arXiv 1901.02324), table 1.
 */
export function multiclassPerceptron(target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  return multiclassMargin('multiclassPerceptron', 0, target, logits);
}
