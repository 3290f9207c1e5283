/** @file The experiment: ten images from which a model learns what it would learn from a whole data set. */
import * as tf from '@tensorflow/tfjs';
import {losses, solvers} from '../../src/index.js';
import {accuracyOf} from '../support/metrics.js';
import type {Random} from '../support/random.js';
import type {Report} from '../support/report.js';

export const CLASSES = 10;

/** The strength of the inner problem's penalty, as in JAXopt's example. */
const L2 = 0.1;

/** Images [count, pixels] with values from 0 to 1, and their labels. */
export interface Images {
  pixels: tf.Tensor2D;
  labels: number[];
}

export type Mode = 'implicit' | 'unrolled';

/** The mean logistic loss of the classifier W [pixels, 10]. */
function lossOf(W: tf.Tensor, pixels: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return tf.mean(losses.multiclassLogistic(targets, tf.matMul(pixels as tf.Tensor2D, W as tf.Tensor2D)));
}

function oneHot(labels: readonly number[]): tf.Tensor {
  return tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), CLASSES), 'float32'));
}

/** x*(θ): the classifier that is trained on ten images θ, one of each class. */
export function classifier(mode: Mode, {iterations = 500, tolerance = 1e-6} = {}) {
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
export function outerLoss({pixels, labels}: Images, train: (images: tf.Tensor) => tf.Tensor) {
  const targets = tf.keep(oneHot(labels));
  return (images: tf.Tensor): tf.Scalar => lossOf(train(images), pixels, targets);
}

/** The share of images that the classifier trained on `distilled` recognises. */
export function accuracyOn({pixels, labels}: Images, distilled: tf.Tensor): number {
  const predictions = tf.tidy(() =>
    tf.argMax(tf.matMul(pixels, classifier('implicit')(distilled) as tf.Tensor2D), 1).dataSync(),
  );
  return accuracyOf(predictions, labels);
}

/** Ten images of noise, to start from. */
export function startImages(pixels: number, random: Random): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from({length: CLASSES * pixels}, () => random.normal() / pixels),
    [CLASSES, pixels],
  );
}

/** The time of the outer loss and its gradient, and the gradient's length. */
export interface Timing {
  mode: Mode;
  milliseconds: number[];
  loss: number;
  gradientNorm: number;
}

export function timeGradient(
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

export interface Distilled {
  /** [10, pixels]. */
  images: tf.Tensor2D;
  /** The loss on the whole data set after each step. */
  losses: number[];
}

/** Gradient descent on the ten images. */
export async function distil(
  data: Images,
  start: tf.Tensor2D,
  steps: number,
  report: Report,
): Promise<Distilled> {
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
