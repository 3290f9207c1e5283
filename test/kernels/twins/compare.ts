/** @file Runs work on both implementations of a set of kernels, and compares. */
import {assert} from 'chai';

/** What lies before and behind the arrays of a routine must not change. */
const SENTINEL = 1234.5;

interface Kernels {
  vector(length: number): Float64Array;
  scope<T>(work: () => T): T;
}

/** @throws If two lists differ by more than `tolerance`, relative to the largest entry (1 at least). NaN equals NaN. */
export function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  let [scale, off] = [1, 0];
  for (let i = 0; i < actual.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    // Not by chai for each entry, which would take longer than the kernels.
    if (Number.isNaN(actual[i]) !== Number.isNaN(expected[i])) assert.fail(`entry ${i}`);
    scale = Math.max(scale, Math.abs(expected[i]));
    off = Math.max(off, Math.abs(actual[i] - expected[i]));
  }
  assert.isAtMost(off, tolerance * scale);
}

/** @returns What the second of the twins gave, close to what the first did. */
export function compareTwins<K extends Kernels>(
  twins: readonly [reference: K, host: K],
  work: (kernels: K) => ArrayLike<number>,
  tolerance: number,
): number[] {
  const [expected, actual] = twins.map((kernels) =>
    kernels.scope(() => {
      const before = kernels.vector(8).fill(SENTINEL);
      const result = Array.from(work(kernels));
      const after = kernels.vector(8).fill(SENTINEL);
      assert.isTrue([...before, ...after].every((value) => value === SENTINEL));
      return result;
    }),
  );
  expectNear(actual, expected, tolerance);
  return actual;
}
