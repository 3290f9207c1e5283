/** @file Sparsemax against softmax. */
import * as tf from '@tensorflow/tfjs';
import {sparsemax} from '../library.js';
import type {Suite} from '../row.js';

const SHAPE: [number, number] = [4096, 1000];

export const sparsemaxSuite: Suite = () => {
  const logits = tf.randomNormal(SHAPE, 0, 1, 'float32', 3);
  const weights = tf.randomNormal(SHAPE, 0, 1, 'float32', 4);
  const backward = (f: (x: tf.Tensor) => tf.Tensor) => () =>
    tf.dispose(tf.grad((x: tf.Tensor) => tf.sum(tf.mul(weights, f(x))))(logits));
  const softmax = `tf.softmax of [${SHAPE.join(', ')}], forward and backward`;
  return Promise.resolve([
    {name: softmax, run: backward((x) => tf.softmax(x))},
    {
      name: `sparsemax of [${SHAPE.join(', ')}], forward and backward`,
      run: backward((x) => sparsemax(x)),
      yardstick: softmax,
    },
  ]);
};
