/** @file Proximal operators made from others and from projections. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap, type Parameter} from '../autodiff/index.js';
import type {Projection, Prox} from '../conditions/index.js';

/** The proximal operator of a set's indicator function is the projection onto the set, for any scaling. */
export function fromProjection<H extends Parameter = Parameter>(
  projection: Projection<tf.Tensor, H>,
): Prox<tf.Tensor, H> {
  return (x, params) => projection(x, params);
}

/**
 * The proximal operator of Σ g(x_j; params_j) over blocks x_j of the last axis.
 *
 * @param prox That of g.
 * @param sizes Entries of the blocks, in order; their sum is the length of the axis.
 * @returns prox(x, params, scaling): `params` is a list with one entry per block, or one value for all blocks.
 * @throws (the returned function) If the sizes or the list do not fit x.
 */
export function blockwise<H extends Parameter = Parameter>(
  prox: Prox<tf.Tensor, H>,
  sizes: readonly number[],
): Prox<tf.Tensor, H | H[]> {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return (x, params, scaling = 1) => {
    if (x.shape.at(-1) !== total) {
      throw new Error(
        `prox.blockwise: blocks of ${sizes.join(' + ')} entries do not fit x of shape [${x.shape}].`,
      );
    }
    if (Array.isArray(params) && params.length !== sizes.length) {
      throw new Error(`prox.blockwise: ${params.length} parameters for ${sizes.length} blocks.`);
    }
    return floatMap('prox.blockwise', {x, params, scaling}, ({x, params, scaling}) => {
      const ofBlock = (j: number) => (Array.isArray(params) ? params[j] : params) as H;
      // tf.split into one part has no gradient.
      if (sizes.length === 1) return prox(x, ofBlock(0), scaling);
      const parts = tf.split(x, [...sizes], -1).map((part, j) => prox(part, ofBlock(j), scaling));
      return tf.concat(parts, -1);
    });
  };
}
