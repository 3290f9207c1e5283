/** @file Splits samples into parts, each with all classes. */
import {permutation, type Random} from './random.js';

/**
 * Indices of the samples in random order, in parts of the given shares; each part has the classes in the proportions of the whole.
 *
 * @param shares Their sum is at most 1. What they leave is in no part.
 */
export function stratifiedSplit(
  labels: readonly number[],
  shares: readonly number[],
  random: Random,
): number[][] {
  const parts: number[][] = shares.map(() => []);
  for (const label of [...new Set(labels)].sort((a, b) => a - b)) {
    const members = labels.flatMap((value, i) => (value === label ? [i] : []));
    const order = permutation(members.length, random).map((i) => members[i]);
    let [from, share] = [0, 0];
    parts.forEach((part, k) => {
      share += shares[k];
      const to = Math.round(share * order.length);
      part.push(...order.slice(from, to));
      from = to;
    });
  }
  return parts.map((part) => permutation(part.length, random).map((i) => part[i]));
}
