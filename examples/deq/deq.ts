/** @file A deep-equilibrium classifier of digits, with and without what keeps it contractive. */
import * as tf from '@tensorflow/tfjs';
import {linalg, Status} from '../../src/index.js';
import {accuracyOf} from '../support/metrics.js';
import {permutation, randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {stratifiedSplit} from '../support/splits.js';
import {createClassifier, MAX_NORM, METHODS, PENALTIES, type Classifier, type Method} from './model.js';

export interface Size {
  seeds: number;
  /** Images for training, for validation and for the test; the others of the 1,797 are not used. */
  training: number;
  validation: number;
  test: number;
  epochs: number;
}

export const FULL: Size = {seeds: 3, training: 500, validation: 100, test: 200, epochs: 6};
export const QUICK: Size = {seeds: 1, training: 200, validation: 50, test: 100, epochs: 3};

/** What is measured on the test images after an epoch. */
export interface Measured {
  epoch: number;
  accuracy: number;
  /** Mean number of steps of the solver. */
  iterations: number;
  /** The share of images whose fixed point was not found. */
  lost: number;
}

export interface Outcome extends Measured {
  method: Method;
  seed: number;
  /** ‖W‖₂ of the matrix that the cell uses. */
  norm: number;
  history: Measured[];
}

/** The same for all. */
const RATE = 5e-3;
const BATCH = 50;

/** Rows of 64 pixels and a label, as in examples/data/digits.csv. All methods see the same images in the same order. */
export async function run(rows: number[][], size: Size, seed: number, report: Report): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const total = size.seeds * METHODS.length;
  for (let k = 0; k < size.seeds; k++) {
    for (const method of METHODS) {
      const random = randomNumbers(1000 * seed + k);
      const shares = [size.training, size.validation, size.test].map((count) => count / rows.length);
      const [training, validation, test] = stratifiedSplit(
        rows.map((row) => row[64]),
        shares,
        random,
      ).map((indices) => samplesOf(indices.map((i) => rows[i])));
      const start = random.below(1e6);
      const trials: (Outcome & {validation: number})[] = [];
      for (const penalty of method === 'with Jacobian penalty' ? PENALTIES : [0]) {
        const classifier = createClassifier(method, start, penalty);
        const history = await fit(classifier, training, test, size.epochs, randomNumbers(start));
        const norm = normOf(classifier);
        const {accuracy} = await evaluate(classifier, validation);
        trials.push({
          ...{method, seed: k, ...history[history.length - 1], norm, history},
          validation: accuracy,
        });
        classifier.model.dispose();
      }
      outcomes.push(trials.reduce((a, b) => (b.validation > a.validation ? b : a)));
      tf.dispose([training.images, validation.images, test.images]);
      await report(outcomes.length, total, method);
    }
  }
  return outcomes;
}

interface Samples {
  images: tf.Tensor2D;
  labels: number[];
}

const samplesOf = (rows: number[][]): Samples => ({
  images: tf.tensor2d(rows.map((row) => row.slice(0, 64).map((pixel) => pixel / 16))),
  labels: rows.map((row) => row[64]),
});

async function fit(
  classifier: Classifier,
  {images, labels}: Samples,
  test: Samples,
  epochs: number,
  random: Random,
): Promise<Measured[]> {
  const {model} = classifier;
  const optimizer = tf.train.adam(RATE);
  const loss = (targets: tf.Tensor, logits: tf.Tensor) => tf.losses.softmaxCrossEntropy(targets, logits);
  model.compile({optimizer, loss});
  const history: Measured[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = permutation(labels.length, random);
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = order.slice(from, from + BATCH);
      const [x, y] = tf.tidy(() => [
        tf.gather(images, tf.tensor1d(batch, 'int32')),
        tf.cast(
          tf.oneHot(
            tf.tensor1d(
              batch.map((i) => labels[i]),
              'int32',
            ),
            10,
          ),
          'float32',
        ),
      ]);
      await model.trainOnBatch(x, y);
      tf.dispose([x, y]);
    }
    history.push({epoch, ...(await evaluate(classifier, test))});
  }
  optimizer.dispose();
  return history;
}

async function evaluate({model, equilibrium}: Classifier, {images, labels}: Samples) {
  const classes = tf.tidy(() => {
    const logits = model.predict(images, {batchSize: labels.length}) as tf.Tensor;
    return tf.argMax(logits, 1).dataSync();
  });
  const accuracy = accuracyOf(classes, labels);
  if (!equilibrium) return {accuracy, iterations: 1, lost: 0};
  const {status, iterations} = await equilibrium.diagnostics();
  const solved = status.filter((code) => code === Status.SOLVED).length;
  return {
    accuracy,
    iterations: iterations.reduce((sum, count) => sum + count, 0) / iterations.length,
    lost: 1 - solved / status.length,
  };
}

function normOf({state}: Classifier): number {
  if (!state) return 0;
  const [kernel] = state.getWeights();
  const norm = tf.tidy(() => linalg.spectralNorm(kernel).dataSync()[0]);
  return state.getClassName() === 'SpectralDense' ? Math.min(norm, MAX_NORM) : norm;
}
