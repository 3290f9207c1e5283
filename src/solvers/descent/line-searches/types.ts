/** @file The contract of a line search: how far to move along a direction, for each sample. */
import type * as tf from '@tensorflow/tfjs-core';

/** φ(t) = f(x + t d) and φ'(t), [B] each; `t` is [B]. */
export type LineFunction = (t: tf.Tensor) => {value: tf.Tensor; slope: tf.Tensor};

/** φ(0), φ'(0) < 0 and the first trial, [B] each. */
export interface LineStart {
  value: tf.Tensor;
  slope: tf.Tensor;
  trial: tf.Tensor;
}

export interface LineSearch {
  readonly className: string;
  /** The step, [B]; zero if none was found. It is not recorded on the tape. */
  search(phi: LineFunction, start: LineStart): tf.Tensor;
}
