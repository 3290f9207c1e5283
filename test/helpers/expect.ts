/** @file Assertions on tensors and on leaks. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';

type Numbers = tf.Tensor | ArrayLike<number> | number;

function valuesOf(numbers: Numbers): number[] {
  if (numbers instanceof tf.Tensor) return Array.from(numbers.dataSync());
  return typeof numbers === 'number' ? [numbers] : Array.from(numbers);
}

/** ‖actual − expected‖∞ ≤ relative·‖expected‖∞ + absolute. */
export function expectClose(actual: Numbers, expected: Numbers, relative = 1e-6, absolute = 0): void {
  const a = valuesOf(actual);
  const b = valuesOf(expected);
  assert.equal(a.length, b.length, 'number of entries');
  const scale = b.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const bound = relative * scale + absolute;
  a.forEach((value, i) => {
    if (!(Math.abs(value - b[i]) <= bound)) {
      assert.fail(
        `entry ${i}: ${value} instead of ${b[i]} (off by ${Math.abs(value - b[i])}, allowed ${bound}); ` +
          `actual ${a.slice(0, 8).join(', ')}, expected ${b.slice(0, 8).join(', ')}`,
      );
    }
  });
}

/** Runs `f` (which disposes what it returns to nobody) and checks that it left no tensor behind, also when it throws. */
export async function expectNoLeak(f: () => unknown): Promise<void> {
  const before = tf.memory().numTensors;
  let error: unknown;
  try {
    await f();
  } catch (thrown) {
    error = thrown;
  }
  const left = tf.memory().numTensors - before;
  // A check that failed in the middle is the news, not the tensors that it left.
  if (error && left !== 0) {
    throw new Error(`tensors left behind: ${left}, by the failure ${(error as Error).message}`, {
      cause: error,
    });
  }
  assert.equal(left, 0, 'tensors left behind');
  if (error) throw error as Error;
}

/** The message of what `f` throws. */
export function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail('nothing was thrown');
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  return assert.fail('nothing was thrown');
}
