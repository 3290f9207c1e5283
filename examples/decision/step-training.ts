/** @file Decision-focused training step by step, from the model of two stages on; the demo of the site shows it. */
import * as tf from '@tensorflow/tfjs';
import {randomNumbers, type Random} from '../support/random.js';
import {rowsOf, trainable} from '../support/training.js';
import {costsOf, dot, makeData, makeLaw, regretOf, type Data, type Law} from './data.js';
import {makeGrid, shortestPath} from './graph.js';
import {leastSquares, pathCost, pathLayer} from './methods.js';

const BATCH = 20;
const RATE = 0.03;
const STRENGTH = 1;

/** A path, as 1 for each street on it, and its true cost. */
export interface Route {
  path: number[];
  cost: number;
}

/** A day: what is known of it, what streets cost, and the paths of both methods beside the best one. */
export interface Day {
  features: number[];
  costs: number[];
  best: Route;
  twoStage: Route;
  focused: Route;
}

export class DecisionTraining {
  readonly grid = makeGrid(4);
  private readonly random: Random;
  private readonly law: Law;
  private readonly training: Data;
  private readonly test: Data;
  private readonly twoStage: tf.layers.Layer;
  private readonly focused: tf.layers.Layer;
  private readonly paths = pathLayer(this.grid, STRENGTH);
  private readonly optimizer = tf.train.adam(RATE);

  constructor({degree, count, seed}: {degree: number; count: number; seed: number}) {
    this.random = randomNumbers(1000 * seed);
    this.law = makeLaw(this.grid, degree, this.random);
    this.training = makeData(this.grid, this.law, count, this.random);
    this.test = makeData(this.grid, this.law, 5 * count, this.random);
    this.twoStage = leastSquares(this.training);
    this.focused = leastSquares(this.training);
  }

  /** @returns The regret of the smoothed paths in a batch: how much more they cost than the best ones, as a share. */
  async step(): Promise<number> {
    const {training, random} = this;
    const indices = Array.from({length: BATCH}, () => random.below(training.rows.length));
    const cost = this.optimizer.minimize(
      () => {
        const predicted = this.focused.apply(rowsOf(training.features, indices)) as tf.Tensor2D;
        return pathCost(this.paths, predicted, rowsOf(training.costs, indices));
      },
      true,
      trainable(this.focused),
    )!;
    const [value] = await cost.data();
    cost.dispose();
    return (value * BATCH) / indices.reduce((sum, i) => sum + training.best[i], 0) - 1;
  }

  /** The regret of both methods on test samples: how much more their paths cost than the best ones, as a share. */
  async regrets(): Promise<{twoStage: number; focused: number}> {
    const of = async (layer: tf.layers.Layer) =>
      regretOf(this.grid, await predict(layer, this.test.features), this.test);
    return {twoStage: await of(this.twoStage), focused: await of(this.focused)};
  }

  /** The features of a test sample. */
  async featuresOf(sample: number): Promise<number[]> {
    const all = await this.test.features.array();
    return all[sample % all.length];
  }

  /** A day with these features, without noise. */
  async day(features: number[]): Promise<Day> {
    const costs = costsOf(this.law, features);
    const input = tf.tensor2d([features]);
    const [[first], [second]] = await Promise.all(
      [this.twoStage, this.focused].map((layer) => predict(layer, input)),
    );
    input.dispose();
    const route = (guess: number[]): Route => {
      const path = shortestPath(this.grid, guess);
      return {path, cost: dot(path, costs)};
    };
    return {features, costs, best: route(costs), twoStage: route(first), focused: route(second)};
  }

  dispose(): void {
    for (const {features, costs} of [this.training, this.test]) tf.dispose([features, costs]);
    tf.dispose([...trainable(this.twoStage, this.focused)]);
    this.paths.dispose();
    this.optimizer.dispose();
  }
}

async function predict(layer: tf.layers.Layer, features: tf.Tensor2D): Promise<number[][]> {
  const predicted = tf.tidy(() => layer.apply(features) as tf.Tensor2D);
  const rows = await predicted.array();
  predicted.dispose();
  return rows;
}
