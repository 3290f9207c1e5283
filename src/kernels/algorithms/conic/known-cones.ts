/** @file Remembers which tensors are projections onto a product of cones, and what was projected. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Cones} from './cones.js';

const known = new WeakMap<tf.Tensor, {of: tf.Tensor; cones: Cones}>();

/** Records that `y` is the projection of `v` onto the dual of the cones. @returns y. */
export function noteDualProjection(y: tf.Tensor, v: tf.Tensor, cones: Cones): tf.Tensor {
  if (y !== v) known.set(y, {of: v, cones});
  return y;
}

/** The cones for which `y` is recorded as the projection of `v` onto their dual, or `null`. */
export function conesOfProjection(y: tf.Tensor, v: tf.Tensor): Cones | null {
  const entry = known.get(y);
  return entry?.of === v ? entry.cones : null;
}
