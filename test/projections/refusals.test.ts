/** @file What projections refuse beside shapes, and how they say so. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {projections} from '../../src/index.js';
import {messageOf} from '../helpers/expect.js';
import '../helpers/backends.js';

describe('projections refuse', () => {
  const refuses = (f: () => unknown, message: RegExp) =>
    assert.match(
      tf.tidy(() => messageOf(f)),
      message,
    );

  it('sizes of cones that are no counts', () => {
    for (const size of [-1, 0.5, NaN]) {
      for (const cones of [{zero: size}, {nonNegative: size}, {secondOrder: [2, size]}, {psd: [size]}]) {
        refuses(
          () => projections.coneProduct(tf.zeros([2]), cones),
          new RegExp(`a size must be a non-negative integer, got ${size}`),
        );
      }
    }
  });

  it('directions and strengths of sorting that there are not', () => {
    for (const name of ['softSort', 'softRank'] as const) {
      refuses(
        () => projections[name](tf.ones([2]), {direction: 'up' as 'ascending'}),
        new RegExp(`projections.${name}: direction must be 'ascending' or 'descending', got 'up'`),
      );
      for (const strength of [0, -1, NaN, Infinity]) {
        refuses(
          () => projections[name](tf.ones([2]), {strength}),
          new RegExp(`projections.${name}: strength must be positive and finite, got ${strength}`),
        );
      }
    }
  });

  it('equations that do not fit x', () => {
    for (const [A, b] of [
      [[3], []],
      [[2, 2], [2]],
      [[2, 3], []],
      [[2, 3], [3]],
      [[], [2]],
    ]) {
      // prettier-ignore
      refuses(
        () => projections.affineSet(tf.ones([3]), {A: tf.ones(A), b: tf.ones(b)}),
        /projections.affineSet: for x of shape \[3\], A must have shape \[..., k, 3\] and b \[..., k\]; got/,
      );
    }
  });
});
