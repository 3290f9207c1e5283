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
 * Pool adjacent violators: O(n) in time and memory, and so is the derivative. y is the mean of x over each block of a partition
 * of the row; the Jacobian replaces a vector by its means over those blocks. If neighbouring blocks have the same mean, they can
 * count as two blocks or as one, with different derivatives. The blocks are used as the algorithm finds them, so equal entries
 * that were in order from the start stay separate. A row with NaN becomes NaN; the other rows are unaffected.
 *
 * @param x [..., n]. Differentiable, to any order.
 * @throws If x has no axis.
 * @see Ayer et al. 1955 (pool adjacent violators); Best & Chakravarti 1990 for the linear time.
 */
export function isotonic(x: tf.Tensor, params: IsotonicParams = {}): tf.Tensor {
  const {increasing = true} = checkOptions('projections.isotonic', params, NAMES, 'parameter');
  return onRows('isotonic', {x}, (rows) => runIsotonic(rows, increasing));
}
