/** @file The UCI digits, shuffled and split into training and test samples. */
import * as tf from '@tensorflow/tfjs';

export const PIXELS = 64;
export const CLASSES = 10;

/** Images [count, 64] with values 0 to 1, labels [count], and the labels one-hot, [count, 10]. */
export interface Samples {
  count: number;
  images: tf.Tensor2D;
  labels: number[];
  targets: tf.Tensor2D;
}

/** All samples, 64 pixels from 0 to 16 and a label each, in random order; every fifth one is for testing. */
export function splitDigits(
  samples: readonly number[][],
  random: () => number,
): {training: Samples; test: Samples} {
  const rows = samples
    .map((row) => ({row, key: random()}))
    .sort((a, b) => a.key - b.key)
    .map(({row}) => row);
  return {
    training: samplesOf(rows.filter((_row, i) => i % 5 !== 0)),
    test: samplesOf(rows.filter((_row, i) => i % 5 === 0)),
  };
}

function samplesOf(rows: readonly number[][]): Samples {
  const labels = rows.map((row) => row[PIXELS]);
  return {
    count: rows.length,
    images: tf.tensor2d(rows.map((row) => row.slice(0, PIXELS).map((pixel) => pixel / 16))),
    labels,
    targets: tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES).toFloat() as tf.Tensor2D),
  };
}
