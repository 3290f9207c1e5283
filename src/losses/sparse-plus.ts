/** @file The sparse plus function: like softplus, but exactly zero for x ≤ −1. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../autodiff/index.js';
import {sparseSigmoid} from './sparse-sigmoid.js';

/**
 * 0 if x ≤ −1, ¼(x + 1)² if |x| < 1, x if x ≥ 1, entry by entry. Its derivative is `sparseSigmoid`.
 *
 * @param x Any shape.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068), section 3; Blondel, Martins & Niculae 2020 (arXiv 1901.02324).
 */
export function sparsePlus(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const point = tf.cast(x, 'float32');
    return recordOp({
      name: 'SparsePlus',
      values: [
        offTape(() =>
          tf.where(tf.greaterEqual(point, 1), point, tf.square(sparseSigmoid(tf.minimum(point, 1)))),
        ),
      ],
      inputs: [point],
      gradient: ([dy], _outputs, [at]) => [tf.mul(dy, sparseSigmoid(at))],
    })[0];
  });
}
