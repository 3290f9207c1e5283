/** @file Predict, then decide: training by the cost of the decision against training by the error of the prediction. */
import * as tf from '@tensorflow/tfjs';
import {linalg, LinearProgramLayer} from '../../src/index.js';
import {randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {rowsOf, train, trainable} from '../support/training.js';
import {flowEquations, makeGrid, shortestPath, type Grid} from './graph.js';

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

const FEATURES = 5;
const NOISE = 0.25;
const BATCH = 20;
const RATE = 0.03;
/** Values of `strength`, the smoothing of the linear program, among which validation chooses. */
const STRENGTHS = [0.3, 1];

interface Data {
  features: tf.Tensor2D;
  costs: tf.Tensor2D;
  /** The costs again, and the cost of the best path. */
  rows: number[][];
  best: number[];
}

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
      const mix = grid.streets.map(() =>
        Array.from({length: FEATURES}, () => Number(random.uniform() < 0.5)),
      );
      const [training, validation, test] = [1, 1, 5].map((share) =>
        makeData(grid, mix, degree, share * size.count, random),
      );
      for (const method of METHODS) {
        const model = await fit(method, grid, training, validation, size, randomNumbers(k + 1));
        const predicted = tf.tidy(() => model.apply(test.features) as tf.Tensor2D);
        const regret = regretOf(grid, predicted, test);
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

/**
 * Costs ((Mf/√5 + 3)^degree / 3.5^degree) · noise, with features f normal and M of zeros and ones.
 *
 * As in Elmachtoub & Grigas 2022, section 6.1.
 */
function makeData(grid: Grid, mix: number[][], degree: number, count: number, random: Random): Data {
  const features = Array.from({length: count}, () => Array.from({length: FEATURES}, () => random.normal()));
  const rows = features.map((f) =>
    mix.map((row) => {
      const linear = row.reduce((sum, m, j) => sum + m * f[j], 0) / Math.sqrt(FEATURES) + 3;
      const noise = 1 + NOISE * (2 * random.uniform() - 1);
      return ((Math.max(linear, 0) ** degree + 1) / 3.5 ** degree) * noise;
    }),
  );
  const best = rows.map((costs) => dot(shortestPath(grid, costs), costs));
  return {features: tf.tensor2d(features), costs: tf.tensor2d(rows), rows, best};
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

function regretOf(grid: Grid, predicted: tf.Tensor2D, {rows, best}: Data): number {
  const chosen = predicted.arraySync().map((costs, i) => dot(shortestPath(grid, costs), rows[i]));
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return sum(chosen) / sum(best) - 1;
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
  const leastSquares = () => {
    const layer = tf.layers.dense({units: grid.streets.length, inputShape: [FEATURES]});
    layer.build([null, FEATURES]);
    tf.tidy(() => {
      const rows = tf.concat([training.features, tf.ones([count, 1])], 1);
      const weights = linalg.lstsq(rows, training.costs);
      // A sum, since tfjs on WebAssembly refuses a reshaped bias.
      layer.setWeights([tf.slice(weights, 0, FEATURES), tf.sum(tf.slice(weights, FEATURES), 0)]);
    });
    return layer;
  };
  if (method === 'two-stage') return leastSquares();
  const predict = (layer: tf.layers.Layer, features: tf.Tensor2D) => layer.apply(features) as tf.Tensor2D;
  const {A, b} = flowEquations(grid);
  const n = grid.streets.length;
  const G = Array.from({length: n}, (_, i) => Array.from({length: n}, (__, j) => (i === j ? -1 : 0)));
  const trials: {layer: tf.layers.Layer; least: number}[] = [];
  for (const strength of STRENGTHS) {
    const layer = leastSquares();
    const paths = new LinearProgramLayer({strength, constants: {G, h: G.map(() => 0), A, b}});
    // The true cost of the path that is shortest for the predicted costs.
    const loss = (indices: number[]) => {
      const path = paths.apply(predict(layer, rowsOf(training.features, indices))) as tf.Tensor;
      return tf.mean(tf.sum(tf.mul(path, rowsOf(training.costs, indices)), 1)) as tf.Scalar;
    };
    const losses = await train({
      ...{variables: trainable(layer), count, epochs, batchSize: BATCH, rate: RATE, random, loss},
      validate: () => tf.tidy(() => regretOf(grid, predict(layer, validation.features), validation)),
    });
    trials.push({layer, least: Math.min(...losses)});
    paths.dispose();
  }
  return trials.reduce((a, b) => (b.least < a.least ? b : a)).layer;
}
