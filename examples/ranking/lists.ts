/** @file Lists of items with features and a relevance, for learning to rank. */
import * as tf from '@tensorflow/tfjs';
import type {Random} from '../support/random.js';

/** What the relevance of an item is like, see makeLists. */
export const TASKS = ['one scale', 'a scale for each list'] as const;
export type Task = (typeof TASKS)[number];

export interface Lists {
  /** [lists, items, features]. */
  features: tf.Tensor3D;
  /** [lists, items]: higher is better. */
  relevance: tf.Tensor2D;
  /** [lists, items]: 1 for the least relevant item of a list. */
  ranks: tf.Tensor2D;
}

const ITEMS = 10;
const FEATURES = 8;
const NOISE = 0.3;

/**
 * Quality q = tanh(wᵀx) + ½ vᵀx + noise, with the same w and v everywhere; half of x is shared by the items of a list.
 *
 * 'one scale': the relevance is q, with mean 0 and variance 1. 'a scale for each list': each list has its own offset, and a scale between
 * 0.1 and 10, as if each was judged by somebody else: only the order within a list means anything. It is standardized as a whole, too.
 */
export function makeLists(task: Task, counts: number[], random: Random): Lists[] {
  const vector = () => Array.from({length: FEATURES}, () => random.normal() / Math.sqrt(FEATURES));
  const [w, v] = [vector(), vector()];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const all = counts.map((count) =>
    Array.from({length: count}, () => {
      const shared = Array.from({length: FEATURES}, () => random.normal());
      const features = Array.from({length: ITEMS}, () =>
        shared.map((each) => Math.SQRT1_2 * (each + random.normal())),
      );
      const quality = features.map(
        (x) => Math.tanh(2 * dot(w, x)) + 0.5 * dot(v, x) + NOISE * random.normal(),
      );
      const [offset, scale] =
        task === 'one scale' ? [0, 1] : [3 * random.normal(), 10 ** (2 * random.uniform() - 1)];
      return {features, relevance: quality.map((q) => offset + scale * q), ranks: ranksOf(quality)};
    }),
  );
  // By the training lists.
  const values = all[0].flatMap(({relevance}) => relevance);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return all.map((lists) => ({
    features: tf.tensor3d(lists.map(({features}) => features)),
    relevance: tf.tensor2d(lists.map(({relevance}) => relevance.map((value) => (value - mean) / deviation))),
    ranks: tf.tensor2d(lists.map(({ranks}) => ranks)),
  }));
}

/** 1 for the smallest. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = Array<number>(values.length);
  order.forEach((at, i) => (ranks[at] = i + 1));
  return ranks;
}
