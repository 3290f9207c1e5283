/** @file What a line search shows about a problem: that f decreases without limit, or that no step decreases it. */
import * as tf from '@tensorflow/tfjs-core';
import {Status} from '../../../implicit/index.js';
import {FAR} from '../../iteration/first-scale.js';

/** An x beyond this is outside the range of float32, and x is returned as float32. */
const RANGE = 2 ** 127;

/** A search that fails along −∇f as well will fail again. */
const FAILURES = 2;

/** What is known after a search: points as rows [B, n], the rest [B, 1]. */
export interface Searched {
  before: tf.Tensor;
  moved: tf.Tensor;
  /** The lowest value that was seen. */
  lowest: tf.Tensor;
  /** Searches in a row that found no step. */
  failures: tf.Tensor;
  /** The length of the first step. */
  unit: tf.Tensor;
}

/** A status for each sample, [B]: 0 if the iteration continues. */
export function searchVerdict({before, moved, lowest, failures, unit}: Searched): tf.Tensor {
  const extent = (rows: tf.Tensor) => tf.max(tf.abs(rows), 1, true);
  const far = tf.greater(extent(moved), tf.mul(FAR, tf.maximum(unit, extent(before))));
  const outside = tf.greater(extent(moved), RANGE);
  const away = tf.logicalOr(tf.logicalOr(far, outside), tf.logicalAnd(tf.isInf(lowest), tf.less(lowest, 0)));
  const stalled = tf.mul(Status.ITERATION_LIMIT, tf.cast(tf.greaterEqual(failures, FAILURES), 'float32'));
  return tf.reshape(tf.where(away, tf.fill(stalled.shape, Status.DUAL_INFEASIBLE), stalled), [-1]);
}
