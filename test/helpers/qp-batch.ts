/** @file A batch of random quadratic programs for worker threads, and what is compared of its solution. */
import * as tf from '@tensorflow/tfjs-core';
import type {QPResult} from '../../src/index.js';

/** The same each time; the caller disposes of it. */
export const problemOf = (batch: number, n: number) =>
  tf.tidy(() => {
    const L = tf.randomNormal([batch, n, n], 0, 1, 'float32', 1);
    return {
      Q: tf.add(tf.matMul(L, L, false, true), tf.eye(n)),
      p: tf.randomNormal([batch, n], 0, 1, 'float32', 2),
      G: tf.randomNormal([n, n], 0, 1, 'float32', 3),
      h: tf.ones([n]),
    };
  });

export const numbersIn = ({x, status, iterations, ineqDual}: QPResult) =>
  [x, status, iterations, ineqDual].map((tensor) => Array.from(tensor.dataSync()));
