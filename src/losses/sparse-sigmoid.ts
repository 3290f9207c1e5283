/** @file The sparse sigmoid: sparsemax of two classes. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../autodiff/index.js';

/**
 * min(max(½(x + 1), 0), 1), entry by entry: the first entry of sparsemax([x, 0]), and the derivative of `sparsePlus`.
 *
 * @param x Any shape. Where |x| = 1 the derivative is ½.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068), section 2.
 */
export function sparseSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const point = tf.cast(x, 'float32');
    return recordOp({
      name: 'SparseSigmoid',
      values: [offTape(() => tf.clipByValue(tf.add(tf.mul(point, 0.5), 0.5), 0, 1))],
      inputs: [point],
      gradient: ([dy], _outputs, [at]) => {
        const half = offTape(() => tf.mul(0.5, tf.cast(tf.lessEqual(tf.abs(at), 1), 'float32')));
        return [tf.mul(dy, half)];
      },
    })[0];
  });
}
