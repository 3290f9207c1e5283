/** @file The common part of the hinge and the perceptron loss of several classes. */
import * as tf from '@tensorflow/tfjs-core';
import {difference, withFiniteMaximum} from './limits.js';
import {recordLoss} from './record.js';
import {asDistribution, checkDistribution, expectation, maximizers} from './targets.js';

/** max_j (θ_j + margin·(1 − y_j)) − ⟨θ, y⟩ along the last axis. Where several j attain it, the slope is their mean. */
export function multiclassMargin(
  where: string,
  margin: number,
  target: tf.Tensor,
  logits: tf.Tensor,
): tf.Tensor {
  checkDistribution(where, target, logits);
  const scores = (y: tf.Tensor, logits: tf.Tensor, from: (expected: tf.Tensor) => tf.Tensor) => {
    const theta = withFiniteMaximum(logits);
    // The difference of logits first: large logits must not swallow the margin.
    const lead = difference(theta, from(tf.expandDims(expectation(y, theta), -1)));
    return margin === 0 ? lead : tf.add(lead, tf.mul(margin, tf.sub(1, y)));
  };
  const best = (y: tf.Tensor, theta: tf.Tensor) =>
    maximizers(() =>
      // Which is the largest does not hang on a target that is ruled out.
      scores(y, theta, (expected) => tf.where(tf.isFinite(expected), expected, tf.zerosLike(expected))),
    );
  return recordLoss(
    {
      name: where,
      value: (y, theta) =>
        tf.relu(
          tf.max(
            scores(asDistribution(y, theta), theta, (expected) => expected),
            -1,
          ),
        ),
      slope: (given, theta) => {
        const y = asDistribution(given, theta);
        return tf.sub(best(y, theta), y);
      },
      targetSlope: (y, theta) => tf.neg(tf.add(tf.mul(margin, best(y, theta)), theta)),
    },
    target,
    logits,
  );
}
