/** @file What is known about the sign of all entries of an expression. */

/** 'zero', at least zero, at most zero, or nothing. */
export type Sign = 'zero' | 'nonNegative' | 'nonPositive' | 'unknown';

/** All signs, for checks. */
export const SIGNS: readonly Sign[] = ['zero', 'nonNegative', 'nonPositive', 'unknown'];

/** Whether all entries are at least zero. */
export function isNonNegative(sign: Sign): boolean {
  return sign === 'nonNegative' || sign === 'zero';
}

/** Whether all entries are at most zero. */
export function isNonPositive(sign: Sign): boolean {
  return sign === 'nonPositive' || sign === 'zero';
}

/** The sign of −x. */
export function negated(sign: Sign): Sign {
  if (sign === 'nonNegative') return 'nonPositive';
  return sign === 'nonPositive' ? 'nonNegative' : sign;
}

/** The sign of a sum. */
export function signOfSum(signs: readonly Sign[]): Sign {
  if (signs.every((sign) => sign === 'zero')) return 'zero';
  if (signs.every(isNonNegative)) return 'nonNegative';
  return signs.every(isNonPositive) ? 'nonPositive' : 'unknown';
}

/** The sign of a product. */
export function signOfProduct(a: Sign, b: Sign): Sign {
  if (a === 'zero' || b === 'zero') return 'zero';
  if (a === 'unknown' || b === 'unknown') return 'unknown';
  return a === b ? 'nonNegative' : 'nonPositive';
}

/** The sign of what is never negative, and zero if its first argument is, such as |x|. */
export function signOfMagnitude([x]: readonly {sign: Sign}[]): Sign {
  return x.sign === 'zero' ? 'zero' : 'nonNegative';
}

/** The sign of numbers. */
export function signOfNumbers(values: ArrayLike<number>): Sign {
  let [least, largest] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]);
    largest = Math.max(largest, values[i]);
  }
  if (least === 0) return largest === 0 ? 'zero' : 'nonNegative';
  return largest === 0 ? 'nonPositive' : 'unknown';
}
