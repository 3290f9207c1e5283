/** @file The line search of Nocedal and Wright: cubic interpolation in a bracket. */
import * as tf from '@tensorflow/tfjs-core';
import {bracketing, type BracketingOptions, type End} from './bracketing.js';
import type {LineSearch} from './types.js';

/**
 * A step that satisfies the strong Wolfe conditions. Each trial is the minimum of the cubic through both ends of the bracket.
 *
 * If f32 cannot distinguish the values, slopes decide.
 *
 * @throws If an option is out of range.
 * @see Nocedal & Wright 2006, algorithms 3.5 and 3.6, equation 3.59.
 */
export function zoom(options: BracketingOptions = {}): LineSearch {
  return bracketing('zoom', cubic, options);
}

function cubic(low: End, high: End): tf.Tensor {
  const width = tf.sub(high.t, low.t);
  const secant = tf.div(tf.sub(high.value, low.value), width);
  const d1 = tf.sub(tf.add(low.slope, high.slope), tf.mul(3, secant));
  const d2 = tf.sqrt(tf.relu(tf.sub(tf.square(d1), tf.mul(low.slope, high.slope))));
  const share = tf.div(
    tf.sub(tf.add(high.slope, d2), d1),
    tf.add(tf.sub(high.slope, low.slope), tf.mul(2, d2)),
  );
  return tf.sub(high.t, tf.mul(width, share));
}
