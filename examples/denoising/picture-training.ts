/** @file Learns, step by step, how to denoise pictures: the matrix of the layer `Denoiser`, on overlapping patches. */
import * as tf from '@tensorflow/tfjs';
import {randomNumbers, type Random} from '../support/random.js';
import {trainable} from '../support/training.js';
import {Denoiser} from './denoiser.js';
import {cut, join, joining, neighbourDifferences, SIDE} from './patches.js';
import {crop, decibels, withNoise, type Picture} from './pictures.js';

/** The standard deviation of the noise; white is 1. */
export const NOISE = 0.12;
/** The values of λ among which the left half chooses for total variation. */
const WEIGHTS = [0.045, 0.065, 0.09, 0.125];
/** The side of the pieces that are trained on, and how many make one step. */
const PIECE = 11;
const BATCH = 6;
const RATE = 0.006;
/** Patches that are denoised at once. */
const CHUNK = 256;

/** Total variation, and the layer that starts there and learns from the left half of a picture. */
export class PictureTraining {
  private readonly random: Random;
  private readonly optimizer = tf.train.adam(RATE);
  private readonly joining = tf.tensor2d(joining(PIECE, PIECE));
  private readonly left: Picture;

  private constructor(
    readonly byHand: Denoiser,
    readonly learned: Denoiser,
    picture: Picture,
    seed: number,
  ) {
    this.random = randomNumbers(seed);
    this.left = crop(picture, 0, 0, picture.width >> 1, picture.height);
  }

  static async start(picture: Picture, seed: number): Promise<PictureTraining> {
    const left = crop(picture, 0, 0, picture.width >> 1, picture.height);
    const noisy = withNoise(left, NOISE, randomNumbers(seed + 1));
    let [best, quality] = [WEIGHTS[0], -Infinity];
    for (const weight of WEIGHTS) {
      const layer = denoiser(weight);
      const value = decibels(left, await denoise(layer, noisy));
      layer.dispose();
      if (value > quality) [best, quality] = [weight, value];
    }
    return new PictureTraining(denoiser(best), denoiser(best), picture, seed);
  }

  /** One step of the optimizer. @returns The mean squared error in its pieces of the left half. */
  async step(): Promise<number> {
    const {random, left} = this;
    const pieces = Array.from({length: BATCH}, () => {
      const [x, y] = [random.below(left.width - PIECE + 1), random.below(left.height - PIECE + 1)];
      return crop(left, x, y, PIECE, PIECE);
    });
    const cuts = pieces.map((piece) => cut(withNoise(piece, NOISE, random)));
    // What remains to be found when each patch has got the mean of its noisy one back.
    const wanted = pieces.map(({values}, i) => {
      const {rows, means} = cuts[i];
      const flat = join(new Float32Array(rows.length * SIDE ** 2), means, PIECE, PIECE).values;
      return Array.from(values, (value, k) => value - flat[k]);
    });
    const loss = this.optimizer.minimize(
      () => {
        const patches = this.learned.apply(tf.tensor2d(cuts.flatMap(({rows}) => rows))) as tf.Tensor;
        const joined = tf.matMul(tf.reshape(patches, [BATCH, -1]), this.joining);
        return tf.losses.meanSquaredError(tf.tensor2d(wanted), joined) as tf.Scalar;
      },
      true,
      trainable(this.learned),
    )!;
    const [value] = await loss.data();
    loss.dispose();
    return value;
  }

  dispose(): void {
    for (const layer of [this.byHand, this.learned]) layer.dispose();
    this.joining.dispose();
    this.optimizer.dispose();
  }
}

/** The picture, denoised patch by patch. */
export async function denoise(layer: Denoiser, noisy: Picture): Promise<Picture> {
  const {rows, means} = cut(noisy);
  const parts = new Float32Array(rows.length * SIDE ** 2);
  for (let from = 0; from < rows.length; from += CHUNK) {
    const patches = tf.tidy(() => layer.apply(tf.tensor2d(rows.slice(from, from + CHUNK))) as tf.Tensor);
    parts.set(await patches.data(), from * SIDE ** 2);
    patches.dispose();
  }
  return join(parts, means, noisy.width, noisy.height);
}

function denoiser(weight: number): Denoiser {
  const layer = new Denoiser({D: neighbourDifferences(), weight});
  tf.tidy(() => layer.apply(tf.zeros([1, SIDE ** 2])) as tf.Tensor);
  return layer;
}
