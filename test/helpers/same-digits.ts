/** @file Asserts that two ways to compute a tensor agree to the last digit. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {expectClose} from './expect.js';

export interface Digits {
  shape: number[];
  dtype?: string;
  values: number[];
}

/** Of batches that were computed whole, and in parts. TensorFlow adds up in another order if there are fewer rows. */
export function expectSameDigits(actual: Digits[], expected: Digits[]): void {
  if (tf.getBackend() !== 'tensorflow') {
    assert.deepEqual(actual, expected);
    return;
  }
  const shapes = (list: Digits[]) => list.map(({shape}) => shape);
  assert.deepEqual(shapes(actual), shapes(expected));
  actual.forEach(({dtype, values}, i) => {
    // The number of iterations depends on the last digits.
    if (dtype !== 'int32') expectClose(values, expected[i].values, 2e-6);
  });
}
