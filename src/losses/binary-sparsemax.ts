/** @file The sparsemax loss of two classes, also known as the modified Huber loss. */
import * as tf from '@tensorflow/tfjs-core';
import {weighted} from './limits.js';
import {checkBinary, recordLoss} from './record.js';
import {sparseSigmoid} from './sparse-sigmoid.js';

/**
 * sparsePlus(z) − yz − y(1 − y), entry by entry; the last term is zero for y ∈ {0, 1}. The slope in z is
 * sparseSigmoid(z) − y.
 *
 * @param label y in [0, 1], any shape and type. Differentiable if float32.
 * @param logit z, of the same shape, which the result has too. The loss is zero from |z| = 1 on, on the label's side.
 * @throws If the shapes differ, or a label lies outside [0, 1] (if the host can read it).
 * @see Martins & Astudillo 2016 (arXiv 1602.02068), section 3.
 */
export function binarySparsemax(label: tf.Tensor, logit: tf.Tensor): tf.Tensor {
  checkBinary('binarySparsemax', label, logit);
  return recordLoss(
    {
      name: 'BinarySparsemax',
      value: (target, z) => {
        const y = tf.cast(target, 'float32');
        const beyond = tf.add(
          weighted(tf.sub(1, y), tf.relu(tf.sub(z, 1))),
          weighted(y, tf.relu(tf.sub(-1, z))),
        );
        // With p = sparseSigmoid(z): the same number as a sum of terms that are not negative.
        return tf.add(tf.square(tf.sub(y, sparseSigmoid(z))), beyond);
      },
      slope: (y, z) => tf.sub(sparseSigmoid(z), tf.cast(y, 'float32')),
      targetSlope: (y, z) => tf.sub(tf.sub(tf.mul(2, y), 1), z),
    },
    label,
    logit,
  );
}
