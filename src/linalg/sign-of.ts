/** @file The sign of each entry: tfjs's own function returns zero below 1e-7 on its WebAssembly backend. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';

/** 1, −1, or 0 at zero and at NaN; a constant of every gradient. */
export function signOf(x: tf.Tensor): tf.Tensor {
  return offTape(() => {
    const one = tf.onesLike(x);
    return tf.where(tf.greater(x, 0), one, tf.where(tf.less(x, 0), tf.neg(one), tf.zerosLike(x)));
  });
}
