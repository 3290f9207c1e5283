/** @file ∂₁F at a point as an operator, by automatic differentiation: F is recorded once and used for every product. */
import type * as tf from '@tensorflow/tfjs-core';
import {offTape, pullbackOf, pushforwardOf, type Pullback} from '../autodiff/index.js';
import {fromFunctions, type Operator, type Tags} from '../linsolve/index.js';
import {doubleProducts} from './double-products.js';
import type {Origin} from '../programs/index.js';
import {packingOf} from './packing.js';

/**
 * @param residual F as a function of the leaves of x.
 * @param origin What determines F, if it is known.
 */
export function linearize(
  residual: (xs: tf.Tensor[]) => tf.Tensor[],
  xs: tf.Tensor[],
  batched: boolean,
  tags: Tags = {},
  origin: Origin | null = null,
): Operator {
  const packing = packingOf(xs, batched);
  let pullback: Pullback | null = null;
  let pushforward: Pullback | null = null;
  const transposed = () => (pullback ??= pullbackOf(residual, xs));
  const straight = () => (pushforward ??= pushforwardOf(transposed()));
  const product = (v: tf.Tensor, map: Pullback) => offTape(() => packing.pack(map.pull(packing.unpack(v))));
  let double: ReturnType<typeof doubleProducts> | undefined;
  const operator = fromFunctions({
    batched,
    tags,
    apply: (v) => product(v, tags.symmetric ? transposed() : straight()),
    applyTranspose: (v) => product(v, transposed()),
    dispose() {
      pushforward?.dispose();
      pullback?.dispose();
      double?.dispose();
      double = undefined;
    },
  });
  return {
    ...operator,
    double: () =>
      double === undefined
        ? (double = doubleProducts(residual, xs, packing, Boolean(tags.symmetric), origin))
        : double,
  };
}
