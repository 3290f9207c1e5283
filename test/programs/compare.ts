/** @file Compares a function as a program with the function run operation by operation. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile} from '../../src/programs/index.js';

export interface Tolerance {
  /** Relative to each entry, beyond rounding to float32. Default 0. */
  relative?: number;
  /** Relative to the largest finite entry: for sums, in which entries cancel. Default 0. */
  scaled?: number;
  /** Default 0. */
  absolute?: number;
}

type F = (...xs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Asserts that `f` gives the same values both ways, with special values in the same places. */
export function expectSame(f: F, inputs: tf.Tensor[], tolerance: Tolerance = {}): void {
  const expected = [tf.tidy(() => f(...inputs))].flat();
  const actual = [compile(f, inputs)(...inputs)].flat();
  assert.equal(actual.length, expected.length, 'number of results');
  try {
    expected.forEach((tensor, i) => expectEntries(actual[i], tensor, inputs, tolerance));
  } finally {
    tf.dispose(expected);
  }
}

/** Asserts that a program's numbers are those of a tensor, to float32. */
export function expectEntries(
  actual: Float64Array,
  tensor: tf.Tensor,
  inputs: tf.Tensor[],
  {relative = 0, scaled = 0, absolute = 0}: Tolerance,
): void {
  const expected = tensor.dataSync();
  assert.equal(actual.length, expected.length, 'number of entries');
  const scale = Array.from(expected).reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  expected.forEach((value, i) => {
    const own = tensor.dtype === 'float32' ? Math.fround(actual[i]) : actual[i];
    const allowed = relative * Math.abs(value) + scaled * scale + absolute;
    if (Object.is(own, value) || Math.abs(own - value) <= (allowed || -1)) return;
    assert.fail(
      `entry ${i} of [${tensor.shape.join()}] is ${actual[i]}, on ${tf.getBackend()} it is ${value}; inputs ` +
        inputs
          .map((x) => `${x.dtype}[${x.shape.join()}] ${Array.from(x.dataSync()).slice(0, 24).join(' ')}`)
          .join('; '),
    );
  });
}
