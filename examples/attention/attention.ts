/** @file Attention with exact zeros: trained on short sequences, tried on long ones. */
import * as tf from '@tensorflow/tfjs';
import {randomNumbers} from '../support/random.js';
import type {Report} from '../support/report.js';
import {rowsOf, train, trainable} from '../support/training.js';
import {createAttention, METHODS, type Attention, type Method} from './model.js';
import {makeSequences, type Sequences, type Task} from './sequences.js';

export interface Size {
  seeds: number;
  /** Sequences for training; as many for validation and for each test. */
  count: number;
  epochs: number;
}

export const FULL: Size = {seeds: 5, count: 400, epochs: 40};
export const QUICK: Size = {seeds: 1, count: 200, epochs: 15};

export const TASKS: Task[] = ['find', 'count'];

/** Tokens of the sequences for training and validation; of those of the tests. */
const TRAINED = [4, 12] as const;
export const LENGTHS = [12, 24, 48, 96];

export interface Outcome {
  task: Task;
  method: Method;
  seed: number;
  length: number;
  /** Of the test sequences: the mean squared distance of the output to the target. */
  error: number;
  /** For 'find': the share of sequences whose largest output is the right class. */
  accuracy: number;
  /** The mean share of tokens with a weight above zero. */
  attended: number;
}

export interface Result {
  outcomes: Outcome[];
  /** The largest weight that any method gave to padding. */
  onPadding: number;
}

const BATCH = 40;
const RATE = 0.01;

/** The same sequences, initial weights and number of epochs for each map; the best epoch on validation sequences is kept. */
export async function run(size: Size, seed: number, report: Report): Promise<Result> {
  const result: Result = {outcomes: [], onPadding: 0};
  let done = 0;
  for (let k = 0; k < size.seeds; k++) {
    for (const task of TASKS) {
      const random = randomNumbers(1000 * seed + k);
      const [training, validation] = [0, 1].map(() =>
        tensorsOf(makeSequences(task, size.count, TRAINED, random)),
      );
      const tests = LENGTHS.map((length) =>
        tensorsOf(makeSequences(task, size.count, [Math.ceil(0.75 * length), length], random)),
      );
      const initial = random.below(1e6);
      for (const method of METHODS) {
        const attention = createAttention(method, initial);
        tf.tidy(() => attention.run(training.tokens, training.mask));
        const loss = ({tokens, mask, targets}: Tensors) =>
          tf.losses.meanSquaredError(targets, attention.run(tokens, mask).output) as tf.Scalar;
        await train({
          ...{count: size.count, epochs: size.epochs, batchSize: BATCH, rate: RATE},
          variables: trainable(...attention.layers),
          random: randomNumbers(k + 1),
          loss: (indices) =>
            loss({
              tokens: rowsOf(training.tokens, indices),
              mask: rowsOf(training.mask, indices),
              targets: rowsOf(training.targets, indices),
            }),
          validate: () => tf.tidy(() => loss(validation).dataSync()[0]),
        });
        tests.forEach((test, i) => {
          const {onPadding, ...measured} = measure(attention, test);
          result.outcomes.push({task, method, seed: k, length: LENGTHS[i], ...measured});
          result.onPadding = Math.max(result.onPadding, onPadding);
        });
        await report(++done, size.seeds * TASKS.length * METHODS.length, `${task}: ${method}`);
      }
      for (const tensors of [training, validation, ...tests]) tf.dispose(Object.values(tensors));
    }
  }
  return result;
}

interface Tensors {
  tokens: tf.Tensor3D;
  mask: tf.Tensor2D;
  targets: tf.Tensor2D;
}

const tensorsOf = ({tokens, mask, targets}: Sequences): Tensors => ({
  tokens: tf.tensor3d(tokens),
  mask: tf.tensor2d(mask),
  targets: tf.tensor2d(targets),
});

function measure({run: attend}: Attention, {tokens, mask, targets}: Tensors) {
  return tf.tidy(() => {
    const {output, weights} = attend(tokens, mask);
    const read = (tensor: tf.Tensor) => tensor.dataSync()[0];
    const present = tf.cast(tf.isFinite(mask), 'float32');
    const positive = tf.mul(present, tf.cast(tf.greater(weights, 0), 'float32'));
    return {
      error: read(tf.losses.meanSquaredError(targets, output)),
      accuracy: read(tf.mean(tf.cast(tf.equal(tf.argMax(output, 1), tf.argMax(targets, 1)), 'float32'))),
      attended: read(tf.mean(tf.div(tf.sum(positive, 1), tf.sum(present, 1)))),
      onPadding: read(tf.max(tf.mul(tf.sub(1, present), weights))),
    };
  });
}
