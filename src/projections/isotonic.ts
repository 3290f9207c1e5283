/** @file Isotonic regression: projection onto the monotone vectors. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed, type Names, type Renamings} from '../checks/index.js';
import {runIsotonic} from '../kernels/index.js';
import {checkDirection, onRows} from './rows.js';

/** The parameter of `projections.isotonic`. */
export type IsotonicParams = {
  /** 'ascending': y₁ ≤ … ≤ yₙ. 'descending': y₁ ≥ … ≥ yₙ. Default 'ascending'. */
  direction?: 'ascending' | 'descending' | undefined;
  /** @deprecated True is `direction: 'ascending'` now, false `direction: 'descending'`. */
  increasing?: boolean | undefined;
};

const NAMES: Names<Omit<IsotonicParams, 'increasing'>> = {direction: 0};

/** What `increasing` is called now. What is no truth value stays, to be refused. */
export const INCREASING: Renamings = {
  increasing: {
    to: 'direction',
    value: (old: unknown) => (old === true ? 'ascending' : old === false ? 'descending' : old),
  },
};

/**
 * argmin_y ½‖y − x‖² subject to y₁ ≤ y₂ ≤ … ≤ yₙ, along the last axis.
 *
 * Pool adjacent violators: O(n) in time and memory, and so is the derivative. y is the mean of x over each block of a partition
 * of the row; the Jacobian replaces a vector by its means over those blocks. If neighbouring blocks have the same mean, they can
 * count as two blocks or as one, with different derivatives. The blocks are used as the algorithm finds them, so equal entries
 * that were in order from the start stay separate. A row with NaN becomes NaN; the other rows are unaffected.
 *
 * @param x [..., n]. Differentiable, to any order.
 * @throws If x has no axis, or `direction` is not one of the two.
 * @see Ayer et al. 1955 (pool adjacent violators); Best & Chakravarti 1990 for the linear time.
 */
export function isotonic(x: tf.Tensor, params: IsotonicParams = {}): tf.Tensor {
  const caller = 'projections.isotonic';
  const given = renamed(caller, params, INCREASING);
  const {direction = 'ascending'} = checkOptions(caller, given, NAMES, 'parameter');
  checkDirection(caller, direction);
  return onRows('isotonic', {x}, (rows) => runIsotonic(rows, direction === 'ascending'));
}
