/** @file Learning how to denoise: the matrix of a quadratic program against total variation and a network. */
import * as tf from '@tensorflow/tfjs';
import {randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {rowsOf, train, trainable} from '../support/training.js';
import {Denoiser, differences} from './denoiser.js';
import {makeSignals, type Kind, type Signals} from './signals.js';

export interface Size {
  seeds: number;
  length: number;
  /** Signals for training; as many for validation, and as many for the test. */
  count: number;
  epochs: number;
}

export const FULL: Size = {seeds: 3, length: 24, count: 100, epochs: 15};
export const QUICK: Size = {seeds: 1, length: 20, count: 60, epochs: 6};

export const METHODS = [
  'nothing',
  'total variation',
  'second differences',
  'learned from total variation',
  'learned from random',
  'dense network',
] as const;

export type Method = (typeof METHODS)[number];

/** The mean squared error on the test signals, one for each seed. */
export type Errors = Record<Method, number[]>;

export interface Result {
  errors: Record<Kind, Errors>;
  /** Of the first seed: a test signal of each kind, denoised by two of the methods. */
  examples: {kind: Kind; clean: number[]; noisy: number[]; byHand: number[]; learned: number[]}[];
}

/** The values of λ among which validation chooses. */
const WEIGHTS = [0.05, 0.1, 0.2, 0.3, 0.45, 0.65, 1];

/** The network costs little, and gets so many times as many epochs. */
const NETWORK_EPOCHS = 20;

const KINDS: Kind[] = ['steps', 'ramps'];

/** All methods see the same signals; what is chosen is chosen on the validation signals. */
export async function run(size: Size, seed: number, report: Report): Promise<Result> {
  const none = () => Object.fromEntries(METHODS.map((name) => [name, [] as number[]])) as Errors;
  const result: Result = {errors: {steps: none(), ramps: none()}, examples: []};
  let done = 0;
  for (let k = 0; k < size.seeds; k++) {
    for (const kind of KINDS) {
      const random = randomNumbers(1000 * seed + k);
      const [training, validation, test] = [0, 1, 2].map(() =>
        tensorsOf(makeSignals(kind, size.count, size.length, random)),
      );
      const denoised = {} as Record<Method, tf.Tensor>;
      for (const method of METHODS) {
        const model = await fit(method, training, validation, size, random);
        denoised[method] = tf.tidy(() => model(test.noisy));
        result.errors[kind][method].push(errorOf(denoised[method], test.clean));
        await report(++done, size.seeds * KINDS.length * METHODS.length, `${kind}: ${method}`);
      }
      if (k === 0) {
        const rows = (tensor: tf.Tensor) => tensor.arraySync() as number[][];
        // The signal that changes most, of the first ten.
        const range = (row: number[]) => Math.max(...row) - Math.min(...row);
        const ranges = rows(test.clean).slice(0, 10).map(range);
        const shown = ranges.indexOf(Math.max(...ranges));
        const first = (tensor: tf.Tensor) => rows(tensor)[shown];
        result.examples.push({
          kind,
          clean: first(test.clean),
          noisy: first(test.noisy),
          byHand: first(denoised['total variation']),
          learned: first(denoised['learned from total variation']),
        });
      }
      tf.dispose([training, validation, test, denoised] as unknown as tf.TensorContainer);
    }
  }
  return result;
}

type Tensors = {clean: tf.Tensor2D; noisy: tf.Tensor2D};

const tensorsOf = ({clean, noisy}: Signals): Tensors => ({
  clean: tf.tensor2d(clean),
  noisy: tf.tensor2d(noisy),
});

const errorOf = (denoised: tf.Tensor, clean: tf.Tensor) =>
  tf.tidy(() => tf.losses.meanSquaredError(clean, denoised).dataSync()[0]);

type Model = (noisy: tf.Tensor2D) => tf.Tensor2D;

/** A trained model. It is not disposed of: the program ends soon after. */
async function fit(
  method: Method,
  training: Tensors,
  validation: Tensors,
  {length, count, epochs}: Size,
  random: Random,
): Promise<Model> {
  if (method === 'nothing') return (noisy) => tf.clone(noisy);
  const learn = async (layer: tf.layers.Layer, rate: number, longer = 1): Promise<Model> => {
    const model: Model = (noisy) => layer.apply(noisy) as tf.Tensor2D;
    tf.tidy(() => model(validation.noisy));
    await train({
      ...{variables: trainable(layer), count, epochs: longer * epochs, random, rate, batchSize: 20},
      loss: (indices) =>
        tf.losses.meanSquaredError(rowsOf(training.clean, indices), model(rowsOf(training.noisy, indices))),
      validate: () => tf.tidy(() => errorOf(model(validation.noisy), validation.clean)),
    });
    return model;
  };
  if (method === 'dense network') return learn(network(length, random), 1e-3, NETWORK_EPOCHS);
  const D = differences(length, method === 'second differences' ? 2 : 1);
  if (method === 'learned from random') {
    const rows = D.map((row) => row.map(() => random.normal() / Math.sqrt(length / 2)));
    return learn(new Denoiser({D: rows, weight: 0.1}), 1e-2);
  }
  const candidates = WEIGHTS.map((weight) => new Denoiser({D, weight}));
  const errors = candidates.map((layer) =>
    tf.tidy(() => errorOf(layer.apply(validation.noisy) as tf.Tensor, validation.clean)),
  );
  const best = candidates[errors.indexOf(Math.min(...errors))];
  if (method === 'learned from total variation') return learn(best, 1e-2);
  return (noisy) => best.apply(noisy) as tf.Tensor2D;
}

/** y + MLP(y), with more weights than D has. It begins as y. */
function network(length: number, random: Random): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotNormal({seed: random.below(1e6)});
  const y = tf.input({shape: [length]});
  const hidden = tf.layers.dense({units: 2 * length, activation: 'relu', kernelInitializer});
  const last = tf.layers.dense({units: length, kernelInitializer: 'zeros'});
  const sum = tf.layers.add().apply([y, last.apply(hidden.apply(y)) as tf.SymbolicTensor]);
  return tf.model({inputs: y, outputs: sum as tf.SymbolicTensor});
}
