/** @file Isotonic regression: projection onto the monotone vectors. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {runIsotonic} from '../kernels/index.js';
import {onRows} from './rows.js';

export type IsotonicParams = {
  /** True: y₁ ≤ … ≤ yₙ. False: y₁ ≥ … ≥ yₙ. Default true. */
  increasing?: boolean | undefined;
};

const NAMES: Names<IsotonicParams> = {increasing: 0};

/**
 * argmin_y ½‖y − x‖² subject to y₁ ≤ y₂ ≤ … ≤ yₙ, along the last axis.
 *
 * Pool adjacent violators: O(n) in time and memory, and so is the derivative. y is the mean of x over each block of a
 * partition of the row; the Jacobian replaces a vector by its means over those blocks. Where neighbouring blocks have the
 * same mean there is a derivative for either way to see them, as two blocks or as one: taken are the blocks as they were
 * found, so equal entries that were in order from the start stay apart. A row with NaN becomes NaN, the others do not
 * notice.
 *
 * @param x [..., n]. Differentiable, to any order.
 * @throws If x has no axis.
 * @see Ayer et al. 1955 (pool adjacent violators); Best & Chakravarti 1990 for the linear time.
 */
export function isotonic(x: tf.Tensor, params: IsotonicParams = {}): tf.Tensor {
  const {increasing = true} = checkOptions('projections.isotonic', params, NAMES, 'parameter');
  return onRows('isotonic', {x}, (rows) => runIsotonic(rows, increasing));
}
