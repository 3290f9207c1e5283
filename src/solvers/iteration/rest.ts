/** @file The stopping test of a fixed-point iteration, on structures. */
import type * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, type Structure} from '../../autodiff/index.js';
import {packingOf} from '../../implicit/index.js';
import {restTest, startWatch, type Watch} from './stopping.js';
import type {Tolerances} from './tolerances.js';

export interface Rest<X extends Structure = tf.Tensor> {
  start(x: X): Watch;
  /** For r = T(x) − x. */
  test(x: X, r: X, watch: Structure): {residual: tf.Tensor1D; watch: Watch};
}

export function restOf<X extends Structure = tf.Tensor>(batched: boolean, accuracy: Tolerances): Rest<X> {
  return {
    start: (x) => offTape(() => startWatch(packingOf(flatten(x), batched).pack(flatten(x)))) as Watch,
    test: (x, r, watch) =>
      offTape(() => {
        const packing = packingOf(flatten(x), batched);
        const [rows, rest] = [x, r].map((structure) => packing.pack(flatten(structure)));
        return restTest(
          {x: rows, r: rest, leaves: (all) => packing.unpack(all)},
          watch as Watch,
          accuracy,
        ) as never;
      }) as unknown as {residual: tf.Tensor1D; watch: Watch},
  };
}
