/** @file Sparse coding as a layer. */
import * as tf from '@tensorflow/tfjs';
import {LassoLayer} from '../library.js';
import type {Suite} from '../row.js';

export const lassoSuite: Suite = () => {
  const layer = new LassoLayer({units: 128, l1: 0.1, onFailure: 'ignore'});
  const x = tf.randomNormal([128, 64], 0, 1, 'float32', 5);
  layer.apply(x);
  const codes = (input: tf.Tensor) => layer.apply(input) as tf.Tensor;
  return Promise.resolve([
    {name: 'LassoLayer 64 → 128, batch 128, forward', run: () => tf.dispose(codes(x))},
    {
      name: 'LassoLayer 64 → 128, batch 128, forward and backward',
      run: () => tf.dispose(tf.grad((input: tf.Tensor) => tf.sum(tf.square(codes(input))))(x)),
    },
  ]);
};
