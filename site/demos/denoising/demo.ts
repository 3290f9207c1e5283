/** @file Learns from the left half of a picture how to denoise the right half, with examples/denoising. */
import {denoise, NOISE, PictureTraining} from '../../../examples/denoising/picture-training.js';
import {crop, decibels, withNoise, type Picture as Grey} from '../../../examples/denoising/pictures.js';
import {randomNumbers} from '../../../examples/support/random.js';
import type {StartDemo} from '../shell/demo.js';

/** By how many decibels it should be better than total variation. */
export const GOAL = 1.5;

export interface Shown {
  picture: Grey;
  /** Of the right half: −10 log₁₀ of the mean squared error. */
  decibels: number;
}

export interface Picture {
  noisy: Shown;
  byHand: Shown;
  learned: Shown;
  /** The rows of D, each a patch. */
  D: number[][];
}

const right = (picture: Grey) => crop(picture, picture.width >> 1, 0, picture.width >> 1, picture.height);

export const start: StartDemo<Picture> = async ({seed, quick, options}) => {
  const clean = options as Grey;
  const noisy = withNoise(clean, NOISE, randomNumbers(1000 + seed));
  const training = await PictureTraining.start(clean, seed);
  const show = (picture: Grey): Shown => ({picture, decibels: decibels(right(clean), right(picture))});
  const byHand = show(await denoise(training.byHand, noisy));
  let learned = byHand;
  const steps = quick ? 24 : 90;
  const every = quick ? 12 : 6;
  const picture = (): Picture => ({noisy: show(noisy), byHand, learned, D: training.learned.matrix()});

  return {
    steps,
    async *train() {
      for (let step = 1; step <= steps; step++) {
        const loss = await training.step();
        if (step % every !== 0) {
          yield {loss, ...(step === 1 ? {picture} : {})};
          continue;
        }
        learned = show(await denoise(training.learned, noisy));
        const value = learned.decibels - byHand.decibels;
        const text = `${value.toFixed(2)} dB better (${learned.decibels.toFixed(1)} against ${byHand.decibels.toFixed(1)})`;
        yield {loss, picture, result: {value, text, reached: value >= GOAL}};
      }
    },
    ask: picture,
    dispose: () => training.dispose(),
  };
};
