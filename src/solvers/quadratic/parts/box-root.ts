/** @file The solution of a quadratic program with bounds, as a differentiable root of its KKT condition. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../../autodiff/index.js';
import {quadraticKkt} from '../../../conditions/index.js';
import {solvedRoot, type SystemOptions} from '../../../implicit/index.js';
import type {BoxQPData} from '../box-qp-data.js';
import {asNumbers} from '../splitting/rows.js';
import type {SplittingResult} from '../splitting/splitting.js';

/** (x, y) as the root of the KKT condition on the bounds that are active: differentiable in the data. */
export function boundedRoot(
  found: Pick<SplittingResult, 'x' | 'y' | 'lower' | 'upper' | 'status'>,
  {Q, p, A, l, u}: BoxQPData,
  options: SystemOptions,
): {x: tf.Tensor2D; dual: tf.Tensor2D} {
  const {x, y, lower, upper, status} = found;
  const [batch, n] = x.shape;
  const toBatch = (v: tf.Tensor) => (v.shape[0] === batch ? v : tf.tile(v, [batch, 1]));
  // The bounds that are not active may be infinite; tf.where keeps them out of value and gradient.
  const h = tf.where(upper, toBatch(u), tf.where(lower, toBatch(l), tf.zerosLike(y)));
  const data = {Q, p: toBatch(p), G: A, h, A: tf.zeros([1, 0, n]), b: tf.zeros([1, 0])};
  const weight = offTape(() => asNumbers(tf.logicalOr(lower, upper)));
  const root = solvedRoot(quadraticKkt, options, [data, {weight, status}], () => ({
    x: {x: tf.clone(x), ineqDual: tf.clone(y), eqDual: tf.zeros([batch, 0])},
  }));
  return {x: root.x.x as tf.Tensor2D, dual: root.x.ineqDual as tf.Tensor2D};
}
