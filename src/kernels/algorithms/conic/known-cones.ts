/** @file Which tensors are known to be projections onto a product of cones, and of what. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Cones} from './cones.js';

const known = new WeakMap<tf.Tensor, {of: tf.Tensor; cones: Cones}>();

/** Notes that `y` is the projection of `v` onto the dual of the cones. @returns y. */
export function noteDualProjection(y: tf.Tensor, v: tf.Tensor, cones: Cones): tf.Tensor {
  if (y !== v) known.set(y, {of: v, cones});
  return y;
}

/** The cones onto whose dual `y` is known to be the projection of `v`, or `null`. */
export function conesOfProjection(y: tf.Tensor, v: tf.Tensor): Cones | null {
  const entry = known.get(y);
  return entry?.of === v ? entry.cones : null;
}
