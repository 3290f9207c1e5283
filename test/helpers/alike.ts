/** @file Values that agree up to rounding: numbers, and lists and records of them. */
import {assert} from 'chai';

export function expectAlike(actual: unknown, expected: unknown, tolerance: number, path = 'the value'): void {
  if (Array.isArray(expected)) {
    assert.isArray(actual, path);
    assert.lengthOf(actual as unknown[], expected.length, path);
    expected.forEach((entry, i) => expectAlike((actual as unknown[])[i], entry, tolerance, `${path}[${i}]`));
  } else if (typeof expected === 'number') {
    assert.approximately(Number(actual), expected, tolerance, path);
  } else {
    assert.deepEqual(actual, expected, path);
  }
}
