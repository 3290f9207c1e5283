/** @file A small network whose weights are one vector for each task, and sine waves for it to learn. */
import * as tf from '@tensorflow/tfjs';
import type {Random} from '../support/random.js';

const HIDDEN = 16;

/** Its weights: two layers of tanh, then one number. */
const SHAPES = [
  [1, HIDDEN],
  [1, HIDDEN],
  [HIDDEN, HIDDEN],
  [1, HIDDEN],
  [HIDDEN, 1],
  [1, 1],
] as const;

export const WEIGHTS = SHAPES.reduce((sum, [m, n]) => sum + m * n, 0);

/** Random weights, [WEIGHTS]. Biases, the matrices of one row, begin at zero, apart from the first layer. */
export function initialWeights(random: Random): number[] {
  return SHAPES.flatMap(([m, n], i) =>
    Array.from({length: m * n}, () => (i === 3 || i === 5 ? 0 : random.normal() / Math.sqrt(m))),
  );
}

/** The outputs of each task's network at its points: weights [B, WEIGHTS] and points [B, K] to [B, K]. */
export function outputs(weights: tf.Tensor, points: tf.Tensor): tf.Tensor {
  const [count, each] = points.shape as [number, number];
  let from = 0;
  const [W1, b1, W2, b2, W3, b3] = SHAPES.map(([m, n]) => {
    const part = tf.slice(weights, [0, from], [count, m * n]);
    from += m * n;
    return tf.reshape(part, [count, m, n]);
  });
  // Points are in [−5, 5].
  const x = tf.reshape(tf.div(points, 2), [count, each, 1]);
  const first = tf.tanh(tf.add(tf.mul(x, W1), b1));
  const second = tf.tanh(tf.add(tf.matMul(first, W2), b2));
  return tf.reshape(tf.add(tf.matMul(second, W3), b3), [count, each]);
}

/** The mean squared error of each task, [B]. */
export function errorsOf(weights: tf.Tensor, points: tf.Tensor, values: tf.Tensor): tf.Tensor {
  return tf.mean(tf.squaredDifference(outputs(weights, points), values), 1);
}

/** Some tasks: points [B, K] and values to learn from, and others to be judged by. */
export interface Tasks {
  points: tf.Tensor2D;
  values: tf.Tensor2D;
  queryPoints: tf.Tensor2D;
  queryValues: tf.Tensor2D;
}

/** Sine waves with an amplitude of 0.1 to 5 and any phase of half a period, as in the experiments of MAML. */
export function makeTasks(count: number, shots: number, random: Random): Tasks {
  const waves = Array.from({length: count}, () => {
    const [amplitude, phase] = [0.1 + 4.9 * random.uniform(), Math.PI * random.uniform()];
    const draw = (size: number) => {
      const points = Array.from({length: size}, () => 10 * random.uniform() - 5);
      return {points, values: points.map((x) => amplitude * Math.sin(x + phase))};
    };
    return {support: draw(shots), query: draw(20)};
  });
  return {
    points: tf.tensor2d(waves.map(({support}) => support.points)),
    values: tf.tensor2d(waves.map(({support}) => support.values)),
    queryPoints: tf.tensor2d(waves.map(({query}) => query.points)),
    queryValues: tf.tensor2d(waves.map(({query}) => query.values)),
  };
}
