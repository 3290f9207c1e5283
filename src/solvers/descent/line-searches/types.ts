/** @file The contract of a line search: how far to move along a direction, for each sample. */
import type * as tf from '@tensorflow/tfjs-core';

/**
 * φ(t) = f(x + t d) and φ'(t), [B] each; `t` is [B]. A solver may divide both by one positive constant for each sample.
 */
export type LineFunction = (t: tf.Tensor) => {
  /** φ(t), [B]. */
  value: tf.Tensor;
  /** φ'(t), [B]: the derivative of φ with respect to t. */
  slope: tf.Tensor;
};

/** φ(0), φ'(0) < 0 and the first trial, [B] each. */
export interface LineStart {
  /** φ(0), [B]: the value where the search starts, in the same units as those of `LineFunction`. */
  value: tf.Tensor;
  /** φ'(0), [B]: negative if f decreases along the direction. A sample without that gets the step 0. */
  slope: tf.Tensor;
  /** The first t that is tried, [B], positive. */
  trial: tf.Tensor;
}

/** A line search: how far to move along a direction, for each sample. */
export interface LineSearch {
  /** The name of the line search, such as 'zoom'. */
  readonly className: string;
  /** The step, [B]; zero if none was found. It is not recorded on the tape. */
  search(phi: LineFunction, start: LineStart): tf.Tensor;
}
