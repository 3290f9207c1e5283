/** @file What a function of x returns has the shapes of x, or the message says which function does not. */
import type * as tf from '@tensorflow/tfjs-core';
import {flatten, flattenLike, type Parameter} from '../autodiff/index.js';

/**
 * The tensors of what `who` returned, in the order of those of x.
 *
 * @throws If they are not a structure like x, or have other shapes.
 */
export function leavesLike(who: string, returned: Parameter, x: Parameter): tf.Tensor[] {
  const leaves = flattenLike(`What ${who} returns`, returned, x);
  checkLikeX(leaves, flatten(x), who);
  return leaves;
}

/** @throws If the shapes of what `who` returned differ from those of x. */
export function checkLikeX(result: tf.Tensor[], xs: tf.Tensor[], who = 'the condition'): void {
  if (result.every(({shape}, i) => isLike(shape, xs[i].shape))) return;
  const shapes = (tensors: tf.Tensor[]) => tensors.map(({shape}) => `[${shape}]`).join(', ');
  const grown = result.some(({size}, i) => size > xs[i].size);
  const hint = grown ? ' A term [B] and a term [B, 1] together are [B, B]: give both the shape of x.' : '';
  throw new Error(
    `${who[0].toUpperCase()}${who.slice(1)} must return a structure like x: expected tensors of shapes ${shapes(xs)}, got ${shapes(result)}.${hint}`,
  );
}

const isLike = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);
