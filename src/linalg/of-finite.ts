/** @file Keeps samples that are not finite away from functions that would throw. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {fill} from '../kernels/index.js';

/** `map` of the samples of x that are finite, a sample the last `rank` axes; the others become NaN. */
export function ofFinite(x: tf.Tensor, rank: number, map: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const good = offTape(() => finiteSamples(x, rank));
  return tf.where(good, map(tf.where(good, x, tf.zerosLike(x))), fill(x.shape, NaN));
}

/** Of x's shape: whether the sample that an entry belongs to is finite. */
export function finiteSamples(x: tf.Tensor, rank: number): tf.Tensor {
  return tf.broadcastTo(tf.cast(areFinite(x, rank), 'bool'), x.shape);
}

/** 1 for a sample that is finite, else 0: [..., 1, …], `rank` ones. */
export function areFinite(x: tf.Tensor, rank: number): tf.Tensor {
  const outer = x.shape.slice(0, x.rank - rank);
  // As the least of each row: tf.all of several axes is not right on WebGPU.
  const flags = tf.reshape(tf.cast(tf.isFinite(x), 'float32'), [outer.reduce((a, b) => a * b, 1), -1]);
  return tf.reshape(tf.min(flags, 1), [...outer, ...Array<number>(rank).fill(1)]);
}
