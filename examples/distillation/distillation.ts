/** @file The experiment: ten images from which a model learns what it would learn from a whole data set. */
import * as tf from '@tensorflow/tfjs';
import {losses, solvers} from '../../src/index.js';
import {accuracyOf} from '../support/metrics.js';
import {randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {stratifiedSplit} from '../support/splits.js';

const CLASSES = 10;

export interface Size {
  /** The images: `digits` or `mnist`. */
  data: string;
  /** Of gradient descent on the ten images. */
  steps: number;
  /** How often the gradients are timed. */
  repeats: number;
}

export const FULL: Size = {data: 'digits', steps: 50, repeats: 5};
export const QUICK: Size = {data: 'digits', steps: 4, repeats: 2};

/** The images, a row for each. */
export interface Table {
  /** Values from 0 to 1. */
  rows: number[][];
  labels: number[];
  /** The images have side² pixels. */
  side: number;
}

/** The strength of the inner problem's penalty, as in JAXopt's example. */
const L2 = 0.1;

/** Images [count, pixels] with values from 0 to 1, and their labels. */
interface Images {
  pixels: tf.Tensor2D;
  labels: number[];
}

type Mode = 'implicit' | 'unrolled';

/** The mean logistic loss of the classifier W [pixels, 10]. */
function lossOf(W: tf.Tensor, pixels: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return tf.mean(losses.multiclassLogistic(targets, tf.matMul(pixels as tf.Tensor2D, W as tf.Tensor2D)));
}

function oneHot(labels: readonly number[]): tf.Tensor {
  return tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), CLASSES), 'float32'));
}

/** x*(θ): the classifier that is trained on ten images θ, one of each class. */
function classifier(mode: Mode, {iterations = 500, tolerance = 1e-6} = {}) {
  const targets = tf.keep(tf.eye(CLASSES));
  const inner = (W: tf.Tensor, images: tf.Tensor) =>
    tf.add(lossOf(W, images, targets), tf.mul(L2 / 2, tf.sum(tf.square(W))));
  const descent = new solvers.GradientDescent(
    {fun: inner},
    {maxIterations: iterations, tolerance, batched: false, implicitDiff: mode === 'implicit'},
  );
  return (images: tf.Tensor): tf.Tensor => descent.run(tf.ones([images.shape[1]!, CLASSES]), images).x;
}

/** The loss on the whole data set of the classifier that is trained on the ten images. */
function outerLoss({pixels, labels}: Images, train: (images: tf.Tensor) => tf.Tensor) {
  const targets = tf.keep(oneHot(labels));
  return (images: tf.Tensor): tf.Scalar => lossOf(train(images), pixels, targets);
}

/** The share of images that the classifier trained on `distilled` recognises. */
function accuracyOn({pixels, labels}: Images, distilled: tf.Tensor): number {
  const predictions = tf.tidy(() =>
    tf.argMax(tf.matMul(pixels, classifier('implicit')(distilled) as tf.Tensor2D), 1).dataSync(),
  );
  return accuracyOf(predictions, labels);
}

/** Ten images of noise, to start from. */
function startImages(pixels: number, random: Random): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from({length: CLASSES * pixels}, () => random.normal() / pixels),
    [CLASSES, pixels],
  );
}

/** The time of the outer loss and its gradient, and the gradient's length. */
interface Timing {
  mode: Mode;
  milliseconds: number[];
  loss: number;
  gradientNorm: number;
}

function timeGradient(
  data: Images,
  start: tf.Tensor,
  mode: Mode,
  repeats: number,
  clock: () => number,
): Timing {
  const milliseconds: number[] = [];
  let [loss, gradientNorm] = [NaN, NaN];
  // The first is not counted: it also starts what is started once.
  for (let k = 0; k <= repeats; k++) {
    const started = clock();
    [loss, gradientNorm] = tf.tidy(() => {
      const {value, grad} = tf.valueAndGrad(outerLoss(data, classifier(mode)))(start);
      return [value.dataSync()[0], tf.norm(grad).dataSync()[0]] as unknown as tf.TensorContainer;
    }) as unknown as [number, number];
    if (k > 0) milliseconds.push(clock() - started);
  }
  return {mode, milliseconds, loss, gradientNorm};
}

interface Distilled {
  /** [10, pixels]. */
  images: tf.Tensor2D;
  /** The loss on the whole data set after each step. */
  losses: number[];
}

/** Gradient descent on the ten images. */
async function distil(data: Images, start: tf.Tensor2D, steps: number, report: Report): Promise<Distilled> {
  const loss = outerLoss(data, classifier('implicit'));
  const descent = new solvers.GradientDescent({fun: loss}, {batched: false, tolerance: 1e-3});
  const history: number[] = [];
  let progress = descent.start(start);
  for (let step = 0; step < steps; step++) {
    const next = descent.update(progress);
    tf.dispose(progress);
    progress = next;
    history.push(tf.tidy(() => loss(progress.x).dataSync()[0]));
    await report(step + 1, steps, `loss ${history[step].toFixed(4)}`);
  }
  const images = tf.clone(progress.x) as tf.Tensor2D;
  tf.dispose(progress);
  return {images, losses: history};
}

export interface Result {
  /** The number of images, and of their pixels. */
  count: number;
  pixels: number;
  timings: Timing[];
  /** Learned from all images: the ten, the loss after each step, and the share of all images that is recognised. */
  images: number[][];
  losses: number[];
  accuracy: number;
  /** Learned from four fifths, and tested on the others. */
  held: {training: number; test: number; accuracy: number};
}

/** @param clock Milliseconds. */
export async function run(
  {rows, labels, side}: Table,
  {steps, repeats}: Size,
  seed: number,
  report: Report,
  clock: () => number,
): Promise<Result> {
  const imagesOf = (members: readonly number[]): Images => ({
    pixels: tf.tensor2d(members.map((i) => rows[i])),
    labels: members.map((i) => labels[i]),
  });
  const random = randomNumbers(seed);
  const all = imagesOf([...labels.keys()]);
  const [training, test] = stratifiedSplit(labels, [0.8, 0.2], random).map(imagesOf);
  const start = startImages(side ** 2, random);
  const timings = (['implicit', 'unrolled'] as const).map((mode) =>
    timeGradient(all, start, mode, repeats, clock),
  );
  const whole = await distil(all, start, steps, (done, _total, note) => report(done, 2 * steps, note));
  const part = await distil(training, start, steps, (done, _total, note) =>
    report(steps + done, 2 * steps, note),
  );
  const result = {
    count: rows.length,
    pixels: side ** 2,
    timings,
    images: whole.images.arraySync(),
    losses: whole.losses,
    accuracy: accuracyOn(all, whole.images),
    held: {
      training: training.labels.length,
      test: test.labels.length,
      accuracy: accuracyOn(test, part.images),
    },
  };
  tf.dispose([all.pixels, training.pixels, test.pixels, start, whole.images, part.images]);
  return result;
}
