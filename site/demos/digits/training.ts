/** @file Trains the model of examples/digits, and classifies drawings. */
import * as tf from '@tensorflow/tfjs';
import type {FixedPointLayer} from 'tfjs-implicit';
import {accuracyOf} from '../../../examples/support/metrics.js';
import {permutation, randomNumbers} from '../../../examples/support/random.js';
import {splitDigits, type Samples} from '../../../examples/digits/data.js';
import {createModel} from '../../../examples/digits/model.js';
import type {Demo, Result, Settings} from '../shell/demo.js';

const BATCH = 32;
const EPOCHS = 8;
/** How many held-out images the page shows. */
const SHOWN = 20;

export interface Shown {
  /** 64 numbers from 0 to 1. */
  pixels: number[];
  label: number;
  /** Of the classes 0 to 9. */
  probabilities: number[];
}
export type Ask = {kind: 'classify'; pixels: number[]} | {kind: 'sample'};
export interface Answer extends Omit<Shown, 'label'> {
  label?: number;
  /** Steps of the solver to the fixed point. */
  iterations: number;
}

/** @param rows 64 pixels, 0 to 16, and the label, as in examples/data/digits.csv. */
export function startDigits(rows: readonly number[][], {seed, quick}: Settings): Demo<Shown[], Ask, Answer> {
  const random = randomNumbers(seed);
  const {training, test} = splitDigits(rows, () => random.uniform());
  const model = createModel(seed, 'anderson');
  const optimizer = tf.train.adam(3e-3);
  model.compile({optimizer, loss: 'meanSquaredError'});
  const anEpoch = Math.floor(training.count / BATCH);
  const steps = quick ? 90 : EPOCHS * anEpoch;
  const [goal, every] = quick ? [0.8, 30] : [0.95, anEpoch];
  const held = test.images.arraySync();

  const batchOf = ({images, targets}: Samples, indices: number[]) =>
    tf.tidy(() => {
      const rows = tf.tensor1d(indices, 'int32');
      return [tf.gather(images, rows), tf.gather(targets, rows)];
    });

  async function predict(images: tf.Tensor2D): Promise<number[][]> {
    const output = model.predict(images, {batchSize: images.shape[0]}) as tf.Tensor2D;
    const read = await output.array();
    output.dispose();
    return read;
  }
  async function classify(pixels: number[]): Promise<Answer> {
    const image = tf.tensor2d([pixels]);
    const [probabilities] = await predict(image);
    const {iterations} = await (model.getLayer('equilibrium') as FixedPointLayer).diagnostics();
    image.dispose();
    return {pixels, probabilities, iterations: iterations[0]};
  }
  const picture = async (): Promise<Shown[]> => {
    const images = tf.slice(test.images, 0, SHOWN);
    const all = await predict(images);
    images.dispose();
    return all.map((probabilities, i) => ({pixels: held[i], label: test.labels[i], probabilities}));
  };
  async function measure(): Promise<Result> {
    const all = await predict(test.images);
    const classes = all.map((row) => row.indexOf(Math.max(...row)));
    const value = accuracyOf(classes, test.labels);
    return {
      value,
      text: `${(100 * value).toFixed(1)} % of ${test.count} images`,
      reached: value >= goal,
    };
  }

  return {
    steps,
    claim: quick ? 'Classifies at least 80 % of held-out images correctly' : undefined,
    async *train() {
      for (let step = 1, order: number[] = []; step <= steps; step++) {
        if (order.length < BATCH) order = permutation(training.count, random);
        // If the cell is nearly not a contraction, the gradient is large. The last steps are therefore small.
        (optimizer as unknown as {learningRate: number}).learningRate = step > 0.75 * steps ? 3e-4 : 3e-3;
        const batch = batchOf(training, order.splice(0, BATCH));
        const loss = (await model.trainOnBatch(batch[0], batch[1])) as number;
        tf.dispose(batch);
        const result = step % every === 0 || step === steps ? await measure() : undefined;
        yield {loss, picture, result};
      }
    },
    ask(request) {
      if (request.kind === 'classify') return classify(request.pixels);
      const i = random.below(test.count);
      return classify(held[i]).then((answer) => ({...answer, label: test.labels[i]}));
    },
    dispose() {
      model.dispose();
      optimizer.dispose();
      for (const {images, targets} of [training, test]) tf.dispose([images, targets]);
    },
  };
}
