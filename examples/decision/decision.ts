/** @file Predict, then decide: training by the cost of the decision against training by the error of the prediction. */
import * as tf from '@tensorflow/tfjs';
import {randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {rowsOf, train, trainable} from '../support/training.js';
import {makeData, makeLaw, regretOf, type Data} from './data.js';
import {makeGrid, type Grid} from './graph.js';
import {leastSquares, pathCost, pathLayer} from './methods.js';

export interface Size {
  seeds: number;
  side: number;
  /** Samples for training; as many for validation, and five times as many for the test. */
  count: number;
  epochs: number;
}

export const FULL: Size = {seeds: 4, side: 4, count: 100, epochs: 25};
export const QUICK: Size = {seeds: 1, side: 3, count: 60, epochs: 8};

/** How curved the costs are in the features: 1 is what the model can learn exactly, apart from the noise. */
export const DEGREES = [1, 4, 8];

export const METHODS = ['two-stage', 'decision-focused'] as const;
export type Method = (typeof METHODS)[number];

export interface Outcome {
  degree: number;
  seed: number;
  method: Method;
  /** How much more the chosen paths cost than the best ones, as a share of what the best ones cost. */
  regret: number;
  /** The mean squared error of the predicted costs, relative to their variance. */
  error: number;
}

const BATCH = 20;
const RATE = 0.03;
/** Values of `strength`, the smoothing of the linear program, among which validation chooses. */
const STRENGTHS = [0.3, 1];

/**
 * Both methods see the same data. The first stage of two is solved exactly; decision-focused training starts there, and keeps the epoch
 * that is best on the validation data.
 */
export async function run(size: Size, seed: number, report: Report): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const grid = makeGrid(size.side);
  const total = size.seeds * DEGREES.length * METHODS.length;
  for (let k = 0; k < size.seeds; k++) {
    for (const degree of DEGREES) {
      const random = randomNumbers(1000 * seed + k);
      const law = makeLaw(grid, degree, random);
      const [training, validation, test] = [1, 1, 5].map((share) =>
        makeData(grid, law, share * size.count, random),
      );
      for (const method of METHODS) {
        const model = await fit(method, grid, training, validation, size, randomNumbers(k + 1));
        const predicted = tf.tidy(() => model.apply(test.features) as tf.Tensor2D);
        const regret = regretOf(grid, predicted.arraySync(), test);
        const error = tf.tidy(() => {
          const {variance} = tf.moments(test.costs);
          return tf.div(tf.losses.meanSquaredError(test.costs, predicted), variance).dataSync()[0];
        });
        outcomes.push({degree, seed: k, method, regret, error});
        predicted.dispose();
        await report(outcomes.length, total, `degree ${degree}: ${method}`);
      }
      for (const {features, costs} of [training, validation, test]) tf.dispose([features, costs]);
    }
  }
  return outcomes;
}

/** A linear model of the costs, [B, 5] to [B, streets]. */
async function fit(
  method: Method,
  grid: Grid,
  training: Data,
  validation: Data,
  {count, epochs}: Size,
  random: Random,
): Promise<tf.layers.Layer> {
  if (method === 'two-stage') return leastSquares(training);
  const predict = (layer: tf.layers.Layer, features: tf.Tensor2D) => layer.apply(features) as tf.Tensor2D;
  const trials: {layer: tf.layers.Layer; least: number}[] = [];
  for (const strength of STRENGTHS) {
    const layer = leastSquares(training);
    const paths = pathLayer(grid, strength);
    const loss = (indices: number[]) =>
      pathCost(paths, predict(layer, rowsOf(training.features, indices)), rowsOf(training.costs, indices));
    const losses = await train({
      ...{variables: trainable(layer), count, epochs, batchSize: BATCH, rate: RATE, random, loss},
      validate: () =>
        tf.tidy(() => regretOf(grid, predict(layer, validation.features).arraySync(), validation)),
    });
    trials.push({layer, least: Math.min(...losses)});
    paths.dispose();
  }
  return trials.reduce((a, b) => (b.least < a.least ? b : a)).layer;
}
