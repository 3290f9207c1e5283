/** @file Trains variables in random batches, and keeps what was best on validation data. */
import * as tf from '@tensorflow/tfjs';
import {permutation, type Random} from './random.js';
import type {Report} from './report.js';

export interface Training {
  variables: tf.Variable[];
  /** The number of samples. */
  count: number;
  batchSize: number;
  epochs: number;
  /** The learning rate of Adam. */
  rate: number;
  random: Random;
  /** The loss of the samples with these indices. */
  loss: (indices: number[]) => tf.Scalar;
  /** After each epoch: a loss on validation data. The weights of the epoch where it is smallest are kept. */
  validate?: () => number;
  report?: Report;
}

/** The validation loss before training and after each epoch. */
export async function train(training: Training): Promise<number[]> {
  const {variables, count, batchSize, epochs, rate, random, loss, validate, report} = training;
  const optimizer = tf.train.adam(rate);
  const copy = () => variables.map((variable) => tf.clone(variable));
  const losses = validate ? [validate()] : [];
  let best = copy();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(count, random);
    for (let from = 0; from < count; from += batchSize) {
      const indices = order.slice(from, from + batchSize);
      optimizer.minimize(() => loss(indices), false, variables);
    }
    if (validate) {
      losses.push(validate());
      if (losses[epoch + 1] <= Math.min(...losses)) {
        tf.dispose(best);
        best = copy();
      }
    }
    await report?.(epoch + 1, epochs);
  }
  if (validate) variables.forEach((variable, i) => variable.assign(best[i]));
  tf.dispose(best);
  optimizer.dispose();
  return losses;
}

/** The rows of a tensor with these indices. */
export function rowsOf<T extends tf.Tensor>(tensor: T, indices: number[]): T {
  return tf.gather(tensor, tf.tensor1d(indices, 'int32')) as T;
}

/** The weights of layers or models that an optimizer changes. */
export function trainable(...layers: tf.layers.Layer[]): tf.Variable[] {
  return layers.flatMap(({trainableWeights}) =>
    trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
}
