/** @file The line search of Hager and Zhang: secant steps in a bracket. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../../checks/index.js';
import {BRACKETING, bracketing, type BracketingOptions, type End} from './bracketing.js';
import type {LineSearch} from './types.js';

/**
 * A step that satisfies the strong Wolfe conditions. Each trial is the root of the line through the slopes at both ends of the
 * bracket, so no values of f are subtracted from each other.
 *
 * @param options Defaults c1 = 0.1, c2 = 0.9, increaseFactor = 5.
 * @throws If an option is out of range.
 * @see Hager & Zhang 2005, A new conjugate gradient method with guaranteed descent and an efficient line search, section 4.
 */
export function hagerZhang(options: BracketingOptions = {}): LineSearch {
  return bracketing('hagerZhang', secant, {
    c1: 0.1,
    increaseFactor: 5,
    ...checkOptions('lineSearches.hagerZhang', options, BRACKETING),
  });
}

function secant(low: End, high: End): tf.Tensor {
  const rise = tf.sub(high.slope, low.slope);
  return tf.div(tf.sub(tf.mul(low.t, high.slope), tf.mul(high.t, low.slope)), rise);
}
