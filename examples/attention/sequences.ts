/** @file Sequences of tokens of different lengths, padded: find the token that matters, or take the mean of all. */
import type {Random} from '../support/random.js';

/** 'find': the class of the token with the largest key. 'count': the share of each class among the tokens. */
export type Task = 'find' | 'count';

export interface Sequences {
  /** [B, T, 1 + CLASSES]: a key, and a class as one-hot. Padding is zero. */
  tokens: number[][][];
  /** [B, T]: 0 for a token, −∞ for padding. */
  mask: number[][];
  /** [B, CLASSES]: probabilities. */
  targets: number[][];
}

export const CLASSES = 5;

/** Sequences of `least` to `most` tokens, padded to `most`. Keys are uniform between 0 and 1. */
export function makeSequences(
  task: Task,
  count: number,
  [least, most]: readonly [number, number],
  random: Random,
): Sequences {
  const oneHot = (at: number) => Array.from({length: CLASSES}, (_, k) => Number(k === at));
  const sequences = Array.from({length: count}, () => {
    const length = least + random.below(most - least + 1);
    const tokens = Array.from({length}, () => ({key: random.uniform(), label: random.below(CLASSES)}));
    const top = tokens.reduce((a, b) => (b.key > a.key ? b : a));
    const shares = oneHot(-1).map((_, k) => tokens.filter(({label}) => label === k).length / length);
    const padding = Array.from({length: most - length}, () => Array<number>(1 + CLASSES).fill(0));
    return {
      tokens: [...tokens.map(({key, label}) => [key, ...oneHot(label)]), ...padding],
      mask: Array.from({length: most}, (_, i) => (i < length ? 0 : -Infinity)),
      target: task === 'find' ? oneHot(top.label) : shares,
    };
  });
  return {
    tokens: sequences.map(({tokens}) => tokens),
    mask: sequences.map(({mask}) => mask),
    targets: sequences.map(({target}) => target),
  };
}
