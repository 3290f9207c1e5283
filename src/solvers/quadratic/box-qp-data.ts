/** @file The data of a quadratic program with bounds on both sides of Ax. */
import type * as tf from '@tensorflow/tfjs-core';

/** The data; every tensor has the batch or 1 in front. */
export type BoxQPData = {
  /** [B, n, n], symmetric positive semidefinite. */
  Q: tf.Tensor;
  /** [B, n]. */
  p: tf.Tensor;
  /** [B, m, n]. */
  A: tf.Tensor;
  /** [B, m]; −Infinity, or −1e20 and below, if there is no bound. */
  l: tf.Tensor;
  /** [B, m]; Infinity, or 1e20 and above, where there is no bound, and l where Ax is to equal it. */
  u: tf.Tensor;
};
