/** @file The common part of the hinge and the perceptron loss of two classes. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {signOf} from '../linalg/index.js';
import {weighted} from './limits.js';
import {checkBinary, recordLoss} from './record.js';

/** max(margin − (2y − 1)z, 0), entry by entry. At the kink the slope is the mean of those on its sides. */
export function binaryMargin(where: string, margin: number, label: tf.Tensor, logit: tf.Tensor): tf.Tensor {
  checkBinary(where, label, logit);
  const sign = (y: tf.Tensor) => tf.sub(tf.mul(2, tf.cast(y, 'float32')), 1);
  const excess = (y: tf.Tensor, z: tf.Tensor) => tf.sub(margin, weighted(sign(y), z));
  const active = (y: tf.Tensor, z: tf.Tensor) => offTape(() => tf.div(tf.add(signOf(excess(y, z)), 1), 2));
  return recordLoss(
    {
      name: where,
      value: (y, z) => tf.relu(excess(y, z)),
      slope: (y, z) => tf.mul(tf.neg(sign(y)), active(y, z)),
      targetSlope: (y, z) => weighted(active(y, z), tf.mul(-2, z)),
    },
    label,
    logit,
  );
}
