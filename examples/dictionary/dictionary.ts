/** @file The experiment: settings are chosen on one set of data; scores are measured on another, over repeated splits. */
import * as tf from '@tensorflow/tfjs';
import {aucOf} from '../support/metrics.js';
import {randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {stratifiedSplit} from '../support/splits.js';
import {MODELS, learnDictionary, scores, taskLoss, type Data, type Model, type Settings} from './models.js';
import {digitsTask, mixtureTask, type Samples, type Task} from './tasks.js';

export interface Size {
  /** Which of the tasks are taken. */
  tasks: number[];
  /** Splits for each score, and for each choice of settings. */
  splits: number;
  choosing: number;
  /** The settings to choose from: the strength of the linear models' penalty, of the codes' penalty, and the step length. */
  penalties: number[];
  sparsities: number[];
  rates: number[];
  /** How often the gradients are timed. */
  repeats: number;
}

export const FULL: Size = {
  tasks: [0, 1],
  splits: 10,
  choosing: 2,
  penalties: [1e-4, 1e-3, 1e-2, 1e-1],
  sparsities: [0.05, 0.2],
  rates: [0.03, 0.1],
  repeats: 5,
};
export const QUICK: Size = {
  ...FULL,
  tasks: [1],
  splits: 2,
  choosing: 1,
  penalties: [1e-4, 1e-2],
  sparsities: [0.05],
  rates: [0.03],
  repeats: 2,
};

export interface Score {
  model: Model;
  settings: Settings;
  /** On each split, the same for all models. */
  aucs: number[];
}

/** A split: what a model is trained on, and what it is tested on. */
interface Split {
  data: Data;
  test: tf.Tensor2D;
  labels: number[];
  /** The dictionaries that were learned from the data, by sparsity. */
  dictionaries: Map<number, tf.Tensor2D>;
}

/** Samples with features of mean 0 and deviation 1 (of the training samples), divided by √p, so that a sample has a length near 1. */
function splitOf({rows, labels}: Samples, trained: number, random: Random): Split {
  const share = trained / rows.length;
  const [train, rest] = stratifiedSplit(labels, [share, 1 - share], random);
  const features = rows[0].length;
  const mean = rows[0].map((_, j) => train.reduce((sum, i) => sum + rows[i][j], 0) / train.length);
  const deviation = rows[0].map((_, j) =>
    Math.sqrt(train.reduce((sum, i) => sum + (rows[i][j] - mean[j]) ** 2, 0) / train.length),
  );
  const tensorOf = (members: number[]) =>
    tf.tensor2d(
      members.map((i) =>
        // A feature that never varies in training says nothing.
        rows[i].map((value, j) =>
          deviation[j] > 0 ? (value - mean[j]) / deviation[j] / Math.sqrt(features) : 0,
        ),
      ),
    );
  const labelsOf = (members: number[]) => members.map((i) => labels[i]);
  return {
    data: {x: tensorOf(train), y: tf.tensor1d(labelsOf(train))},
    test: tensorOf(rest),
    labels: labelsOf(rest),
    dictionaries: new Map(),
  };
}

function disposeSplit({data, test, dictionaries}: Split): void {
  tf.dispose([data, test, ...dictionaries.values()]);
}

/** The settings to choose from. Those that a model does not have are NaN; the slowest model tries every other penalty. */
function gridOf(model: Model, size: Size): Settings[] {
  const penalties = model === 'task-driven' ? size.penalties.filter((_, i) => i % 2 === 0) : size.penalties;
  const sparsities = model === 'L1' || model === 'L2' ? [NaN] : size.sparsities;
  const rates = model === 'task-driven' ? size.rates : [NaN];
  return penalties.flatMap((penalty) =>
    sparsities.flatMap((sparsity) => rates.map((rate) => ({penalty, sparsity, rate}))),
  );
}

/** The AUC of each model over the splits of the measuring data, with the settings that are best on the choosing data. */
async function measure(task: Task, size: Size, seed: number, report: Report): Promise<Score[]> {
  const {choosing, splits} = size;
  const splitsOf = (samples: Samples, count: number) => {
    const random = randomNumbers(seed);
    return Array.from({length: count}, () => splitOf(samples, task.trained, random));
  };
  const aucIn = ({data, test, labels, dictionaries}: Split, model: Model, settings: Settings) => {
    const {sparsity} = settings;
    const needed = !Number.isNaN(sparsity);
    if (needed && !dictionaries.has(sparsity)) dictionaries.set(sparsity, learnDictionary(data, sparsity));
    return aucOf(scores(model, data, test, settings, dictionaries.get(sparsity) ?? null), labels);
  };
  const grids = MODELS.map((model) => ({model, grid: gridOf(model, size)}));
  const total = grids.reduce((sum, {grid}) => sum + grid.length * choosing + splits, 0);
  let done = 0;

  const [forChoice, forScores] = [splitsOf(task.choosing, choosing), splitsOf(task.measuring, splits)];
  const results: Score[] = [];
  for (const {model, grid} of grids) {
    let [best, settings] = [-1, grid[0]];
    for (const candidate of grid) {
      let sum = 0;
      for (const split of forChoice) {
        sum += aucIn(split, model, candidate);
        await report(++done, total, `${task.name}: settings of ${model}`);
      }
      if (sum > best) [best, settings] = [sum, candidate];
    }
    const aucs: number[] = [];
    for (const split of forScores) {
      aucs.push(aucIn(split, model, settings));
      await report(++done, total, `${task.name}: ${model}`);
    }
    results.push({model, settings, aucs});
  }
  [...forChoice, ...forScores].forEach(disposeSplit);
  return results;
}

/** The task-driven gradient in the dictionary of a task. */
export interface Gradients {
  task: Task;
  /** Milliseconds. */
  implicit: number[];
  unrolled: number[];
  /** How far they differ, as a share. */
  difference: number;
}

function compareGradients(task: Task, repeats: number, clock: () => number): Gradients {
  const {data, ...rest} = splitOf(task.measuring, task.trained, randomNumbers(1));
  const random = randomNumbers(2);
  const features = data.x.shape[1];
  const D = tf.tidy(() => {
    const raw = tf.tensor2d(
      Float32Array.from({length: 10 * features}, () => random.normal()),
      [features, 10],
    );
    return tf.div(raw, tf.norm(raw, 2, 0, true));
  });
  const linear = {w: tf.tensor1d(Array.from({length: 10}, () => random.normal())), b: tf.scalar(0)};
  const run = (implicit: boolean) => {
    const milliseconds: number[] = [];
    let gradient: Float32Array = new Float32Array();
    for (let k = 0; k <= repeats; k++) {
      const started = clock();
      gradient = tf.tidy(() =>
        tf
          .grad((at: tf.Tensor) => taskLoss(at, linear, data, 0.05, implicit))(D)
          .dataSync(),
      ) as unknown as Float32Array;
      if (k > 0) milliseconds.push(clock() - started);
    }
    return {milliseconds, gradient};
  };
  const [implicit, unrolled] = [run(true), run(false)];
  const difference =
    Math.hypot(...implicit.gradient.map((value, i) => value - unrolled.gradient[i])) /
    Math.hypot(...unrolled.gradient);
  disposeSplit({data, ...rest});
  tf.dispose([D, linear]);
  return {task, implicit: implicit.milliseconds, unrolled: unrolled.milliseconds, difference};
}

export interface Result {
  gradients: Gradients[];
  results: {task: string; scores: Score[]}[];
}

/**
 * @param rows 64 pixels and a label, as in examples/data/digits.csv.
 * @param clock Milliseconds.
 */
export async function run(
  rows: readonly number[][],
  size: Size,
  seed: number,
  report: Report,
  clock: () => number,
): Promise<Result> {
  const both = [digitsTask(rows, randomNumbers(seed)), mixtureTask(randomNumbers(seed + 1))];
  const tasks = size.tasks.map((i) => both[i]);
  const gradients = tasks.map((task) => compareGradients(task, size.repeats, clock));
  const results: Result['results'] = [];
  for (const [i, task] of tasks.entries()) {
    const scores = await measure(task, size, seed, (done, total, note) =>
      report(i * total + done, tasks.length * total, note),
    );
    results.push({task: task.name, scores});
  }
  return {gradients, results};
}
