/** @file Keeps samples that are not finite away from what would throw at them. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';

/** `map` of the samples of x that are finite, a sample the last `rank` axes; the others become NaN. */
export function ofFinite(x: tf.Tensor, rank: number, map: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const good = offTape(() => finiteSamples(x, rank));
  return tf.where(good, map(tf.where(good, x, tf.zerosLike(x))), tf.fill(x.shape, NaN));
}

/** Of x's shape: whether the sample that an entry belongs to is finite. */
export function finiteSamples(x: tf.Tensor, rank: number): tf.Tensor {
  const axes = Array.from({length: rank}, (_, i) => x.rank - 1 - i);
  return tf.broadcastTo(tf.all(tf.isFinite(x), axes, true), x.shape);
}
