/** @file The logistic loss of two classes. */
import * as tf from '@tensorflow/tfjs-core';
import {log1p} from './log1p.js';
import {weighted} from './limits.js';
import {checkBinary, recordLoss} from './record.js';
import {wherePositive} from './targets.js';

/**
 * log(1 + eᶻ) − yz + y log y + (1 − y) log(1 − y), entry by entry: KL(y ‖ sigmoid(z)); the last two terms are zero for
 * y ∈ {0, 1}. The slope in z is sigmoid(z) − y.
 *
 * @param label y in [0, 1], any shape and type. Differentiable if float32 (at 0 and 1 without the infinite terms).
 * @param logit z, of the same shape, which the result has too.
 * @throws If the shapes differ, or a label lies outside [0, 1] (if the host can read it).
 */
export function binaryLogistic(label: tf.Tensor, logit: tf.Tensor): tf.Tensor {
  checkBinary('binaryLogistic', label, logit);
  return recordLoss(
    {
      name: 'BinaryLogistic',
      value: (target, z) => {
        const y = tf.cast(target, 'float32');
        const no = tf.sub(1, y);
        // No two terms cancel for hard labels, so that tiny losses keep their digits.
        const far = tf.add(weighted(no, tf.relu(z)), weighted(y, tf.relu(tf.neg(z))));
        const loss = tf.add(far, log1p(tf.exp(tf.neg(tf.abs(z)))));
        return tf.relu(tf.add(loss, tf.add(timesLog(y), timesLog(no))));
      },
      slope: (target, z) => {
        const y = tf.cast(target, 'float32');
        return tf.sub(tf.mul(tf.sub(1, y), tf.sigmoid(z)), tf.mul(y, tf.sigmoid(tf.neg(z))));
      },
      targetSlope: (y, z) => {
        const log = (p: tf.Tensor) => wherePositive(p, (q) => tf.log(q));
        return tf.sub(tf.sub(log(y), log(tf.sub(1, y))), z);
      },
    },
    label,
    logit,
  );
}

function timesLog(y: tf.Tensor): tf.Tensor {
  return wherePositive(y, (p) => tf.mul(p, tf.log(p)));
}
