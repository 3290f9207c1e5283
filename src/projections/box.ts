/** @file Projections onto intervals. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap, offTape} from '../autodiff/index.js';
import {fill, noteDualProjection} from '../kernels/index.js';

/** argmin_{y ≥ 0} ‖y − x‖² = max(x, 0), entry by entry. */
export function nonNegative(x: tf.Tensor): tf.Tensor {
  const y = floatMap('projections.nonNegative', {x}, (floats) => tf.relu(floats.x));
  return x.rank === 2 ? noteDualProjection(y, x, {nonNegative: x.shape[1]}) : y;
}

/** The bounds of `projections.box`. */
export type BoxParams = {
  /** The lower bound: a number, or a tensor that broadcasts with x; −Infinity for none. */
  lower: number | tf.Tensor;
  /** The upper bound: a number, or a tensor that broadcasts with x; Infinity for none. */
  upper: number | tf.Tensor;
};

const NAMES: Names<BoxParams> = {lower: 1, upper: 1};

/**
 * argmin_{lower ≤ y ≤ upper} ‖y − x‖², entry by entry.
 *
 * @param x Any shape; the bounds are numbers or tensors that broadcast with it. Differentiable in all three: an entry
 *   beyond a bound passes its gradient to that bound.
 */
export function box(x: tf.Tensor, params: BoxParams): tf.Tensor {
  const {lower, upper} = checkOptions('projections.box', params, NAMES, 'parameter');
  const given = {x, lower: bound(lower), upper: bound(upper)};
  return floatMap('projections.box', given, ({x, lower, upper}) => {
    // The bound itself, not x plus what is missing: that rounds, and far outside loses every digit.
    const below = offTape(() => tf.less(x, lower));
    const above = offTape(() => tf.greater(x, upper));
    return tf.where(below, lower, tf.where(above, upper, x));
  });
}

/** A number that is infinite as a tensor: tfjs refuses to convert it when it debugs. */
function bound(value: number | tf.Tensor): number | tf.Tensor {
  return typeof value === 'number' && !Number.isFinite(value) ? fill([], value) : value;
}

/**
 * argmin_{0 ≤ y ≤ scale} ‖y − x‖², entry by entry: the unit cube.
 *
 * @param x Any shape; `scale` is the length of a side, a number or a tensor that broadcasts with x. Default 1.
 */
export function hypercube(x: tf.Tensor, params: {scale?: number | tf.Tensor | undefined} = {}): tf.Tensor {
  const {scale = 1} = checkOptions('projections.hypercube', params, ['scale'], 'parameter');
  return box(x, {lower: 0, upper: scale});
}
