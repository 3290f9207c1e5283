/** @file Proximal operators made from others and from projections. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
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

/** A part of an axis and the proximal operator of its entries. */
export type ProxPart = {
  /** The number of entries along the axis. */
  size: number;
  /** The proximal operator of this part. */
  // Each part has parameters of its own type; the caller of the result passes matching ones.
  prox: (x: tf.Tensor, params: never, scaling?: number | tf.Tensor) => tf.Tensor;
};

const PART: Names<ProxPart> = {size: 1, prox: 1};

/** The option of `prox.onParts`. */
export interface PartsOptions {
  /** The axis that is divided, counted from the end: −1 is the last one, −2 the rows of matrices. Default −1. */
  axis?: number | undefined;
}

const PARTS: Names<PartsOptions> = {axis: 0};

/**
 * The proximal operator of Σ g_j(x_j; params_j), where the parts x_j of one axis have different g_j: for example `lasso` for the weights and
 * `none` for a bias.
 *
 * @param given The sizes of the parts, in order (their sum is the length of the axis), and their proximal operators.
 * @returns prox(x, params, scaling): `params` is a list with one entry per part; `scaling` is for all parts.
 * @throws If a size is not a positive integer, or the axis is not negative. (The returned function) if the sizes or the list do not fit x.
 */
export function onParts(
  given: readonly ProxPart[],
  options: PartsOptions = {},
): Prox<tf.Tensor, Parameter[]> {
  const {axis = -1} = checkOptions('prox.onParts', options, PARTS);
  if (!(Number.isInteger(axis) && axis < 0)) {
    throw new Error(`prox.onParts: axis must be a negative integer (−1 is the last axis), got ${axis}.`);
  }
  // Array.isArray would turn its type into any.
  const isList = Array.isArray(given) && given.length > 0;
  if (!isList) throw new Error('prox.onParts: expected a list of parts {size, prox}.');
  const parts: readonly ProxPart[] = given;
  const sizes = parts.map((part) => {
    const {size, prox} = checkOptions('prox.onParts: part', part, PART, 'entry');
    checkFunction('prox.onParts', 'prox', prox);
    if (!(Number.isInteger(size) && size > 0)) {
      throw new Error(`prox.onParts: size must be a positive integer, got ${size}.`);
    }
    return size;
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return (x, params, scaling = 1) => {
    if (x.shape.at(axis) !== total) {
      throw new Error(
        `prox.onParts: parts of ${sizes.join(' + ')} entries do not fit axis ${axis} of x of shape [${x.shape}].`,
      );
    }
    if (!Array.isArray(params) || params.length !== parts.length) {
      const got = Array.isArray(params) ? `${params.length}` : 'no list of';
      throw new Error(`prox.onParts: ${got} parameters for ${parts.length} parts.`);
    }
    return floatMap('prox.onParts', {x, params, scaling}, ({x, params, scaling}) => {
      if (parts.length === 1) return parts[0].prox(x, params[0] as never, scaling);
      const pieces = tf
        .split(x, sizes, axis)
        .map((piece, j) => parts[j].prox(piece, params[j] as never, scaling));
      return tf.concat(pieces, axis);
    });
  };
}
