/** @file Differentiable sorting and ranking. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {descending, permutahedron} from './permutahedron.js';
import {checkDirection, onRows} from './rows.js';

/** The parameters of `projections.softSort` and `projections.softRank`. */
export type SoftSortParams = {
  /** ε > 0: close to 0 the result is exact, and as ε grows the entries become equal. Default 1. */
  strength?: number | undefined;
  /** Whether the smallest entry comes first, with rank 1, or the largest. Default 'ascending', as in NumPy. */
  direction?: 'ascending' | 'descending' | undefined;
};

const NAMES: Names<SoftSortParams> = {strength: 0, direction: 0};

/**
 * The sorted x, made differentiable: the projection of (n, …, 1)/ε onto the permutahedron of x, along the last axis.
 *
 * @param x [..., n]. O(n log n); differentiable everywhere but at ties of the regression inside, with a useful gradient.
 * @throws If x has no axis, or an option is not one of the above.
 * @see Blondel et al. 2020, Fast differentiable sorting and ranking (arXiv 2002.08871), equation 5.
 */
export function softSort(x: tf.Tensor, params: SoftSortParams = {}): tf.Tensor {
  const {strength = 1, direction = 'ascending'} = checkOptions(
    'projections.softSort',
    params,
    NAMES,
    'parameter',
  );
  check('softSort', strength, direction);
  return onRows('softSort', {x}, (rows) => {
    const down = (values: tf.Tensor) => permutahedron(tf.div(descending(rows.shape), strength), {w: values});
    return direction === 'descending' ? down(rows) : tf.neg(down(tf.neg(rows)));
  });
}

/**
 * The rank of each entry of x, 1 … n, made differentiable: the projection of ±x/ε onto the permutahedron of (n, …, 1), along the
 * last axis. 'ascending' gives the smallest entry rank 1.
 *
 * @param x [..., n]. O(n log n); differentiable everywhere but at ties of the regression inside, with a useful gradient.
 * @throws If x has no axis, or an option is not one of the above.
 * @see Blondel et al. 2020, Fast differentiable sorting and ranking (arXiv 2002.08871), equation 6.
 */
export function softRank(x: tf.Tensor, params: SoftSortParams = {}): tf.Tensor {
  const {strength = 1, direction = 'ascending'} = checkOptions(
    'projections.softRank',
    params,
    NAMES,
    'parameter',
  );
  check('softRank', strength, direction);
  return onRows('softRank', {x}, (rows) =>
    permutahedron(tf.div(rows, direction === 'ascending' ? strength : -strength)),
  );
}

function check(caller: string, strength: number, direction: string): void {
  if (!(strength > 0 && strength < Infinity)) {
    throw new Error(`projections.${caller}: strength must be positive and finite, got ${strength}.`);
  }
  checkDirection(`projections.${caller}`, direction);
}
