/** @file Learning to rank: a loss on soft ranks against a regression of the relevance. */
import * as tf from '@tensorflow/tfjs';
import {randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {rowsOf, train, trainable} from '../support/training.js';
import {makeLists, TASKS, type Lists, type Task} from './lists.js';
import {network, scoresOf} from './network.js';
import {spearman, spearmanLoss} from './spearman.js';

export interface Size {
  seeds: number;
  /** Lists for training; as many for validation, and four times as many for the test. */
  count: number;
  epochs: number;
}

export const FULL: Size = {seeds: 5, count: 60, epochs: 40};
export const QUICK: Size = {seeds: 2, count: 40, epochs: 15};

export const METHODS = ['regression', 'regression of ranks', 'soft ranks'] as const;
export type Method = (typeof METHODS)[number];

export interface Outcome {
  task: Task;
  seed: number;
  method: Method;
  /** Spearman's correlation of the scores with the relevance, mean over the test lists. */
  spearman: number;
}

const BATCH = 10;
const RATE = 0.02;
/** Values of ε, the strength of the soft ranks, among which validation chooses. */
const STRENGTHS = [0.1, 1];

/** The same data, model and number of epochs for each method; the best epoch on the validation lists is kept. */
export async function run(size: Size, seed: number, report: Report): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const total = size.seeds * TASKS.length * METHODS.length;
  for (let k = 0; k < size.seeds; k++) {
    for (const task of TASKS) {
      const random = randomNumbers(1000 * seed + k);
      const [training, validation, test] = makeLists(task, [size.count, size.count, 4 * size.count], random);
      for (const method of METHODS) {
        const model = await fit(method, training, validation, size, randomNumbers(k + 1));
        const spearman = tf.tidy(() => correlation(scoresOf(model, test.features), test.ranks));
        outcomes.push({task, seed: k, method, spearman});
        await report(outcomes.length, total, `${task}: ${method}`);
      }
      for (const lists of [training, validation, test]) tf.dispose(Object.values(lists));
    }
  }
  return outcomes;
}

const correlation = (scores: tf.Tensor2D, ranks: tf.Tensor2D) =>
  spearman(scores.arraySync(), ranks.arraySync());

async function fit(
  method: Method,
  training: Lists,
  validation: Lists,
  {count, epochs}: Size,
  random: Random,
): Promise<tf.layers.Layer> {
  const start = random.below(1e6);
  const learn = async (loss: (scores: tf.Tensor2D, indices: number[]) => tf.Tensor) => {
    const model = network(training.features.shape[2], start);
    const losses = await train({
      ...{variables: trainable(model), count, epochs, random, batchSize: BATCH, rate: RATE},
      loss: (indices) =>
        tf.mean(loss(scoresOf(model, rowsOf(training.features, indices)), indices)) as tf.Scalar,
      validate: () => tf.tidy(() => -correlation(scoresOf(model, validation.features), validation.ranks)),
    });
    return {model, least: Math.min(...losses)};
  };
  if (method === 'regression') {
    const {model} = await learn((scores, indices) =>
      tf.squaredDifference(scores, rowsOf(training.relevance, indices)),
    );
    return model;
  }
  const n = training.ranks.shape[1];
  if (method === 'regression of ranks') {
    // To the scale of the relevance: mean 0, variance 1.
    const standard = (ranks: tf.Tensor) => tf.div(tf.sub(ranks, (n + 1) / 2), Math.sqrt((n * n - 1) / 12));
    const {model} = await learn((scores, indices) =>
      tf.squaredDifference(scores, standard(rowsOf(training.ranks, indices))),
    );
    return model;
  }
  const trials = [];
  for (const strength of STRENGTHS) {
    trials.push(
      await learn((scores, indices) => spearmanLoss(scores, rowsOf(training.ranks, indices), strength)),
    );
  }
  return trials.reduce((a, b) => (b.least < a.least ? b : a)).model;
}
