/** @file The data of a quadratic program with bounds on both sides of Ax. */
import type * as tf from '@tensorflow/tfjs-core';
import {renamed} from '../../checks/index.js';

/** The data; axis 0 of every tensor is the batch or 1. */
export type BoxQPData = {
  /** [B, n, n], symmetric positive semidefinite. */
  Q: tf.Tensor;
  /** [B, n]. */
  p: tf.Tensor;
  /** [B, m, n]. */
  A: tf.Tensor;
  /** [B, m]; −Infinity, or −1e20 and below, if there is no bound. */
  lower: tf.Tensor;
  /** [B, m]; Infinity, or 1e20 and above, if there is no bound, and lower if Ax must equal it. */
  upper: tf.Tensor;
};

/** The bounds under their old names. */
export type OldBounds = {
  /** @deprecated It is `lower` now. */
  l: tf.Tensor;
  /** @deprecated It is `upper` now. */
  u: tf.Tensor;
};

/** The data inside the type. */
export type BoxedData = {Q: tf.Tensor; p: tf.Tensor; A: tf.Tensor; l: tf.Tensor; u: tf.Tensor};

/** The data with the current names of the bounds. */
export function withBounds<T extends object>(
  className: string,
  data: T | (Omit<T, 'lower' | 'upper'> & OldBounds),
): T {
  return renamed(className, data, {l: 'lower', u: 'upper'}) as T;
}
