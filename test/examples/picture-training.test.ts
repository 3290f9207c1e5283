/** @file Pictures as patches, and the regulariser that is learned from half of one. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import {cut, join, joining, SIDE} from '../../examples/denoising/patches.js';
import {denoise, NOISE, PictureTraining} from '../../examples/denoising/picture-training.js';
import {crop, decibels, makePicture, withNoise} from '../../examples/denoising/pictures.js';
import {randomNumbers} from '../../examples/support/random.js';

describe('pictures as patches', () => {
  it('are the same picture when they are joined', () => {
    const picture = crop(makePicture(20, randomNumbers(1)), 1, 2, 13, 17);
    const {rows, means} = cut(picture);
    const {values} = join(rows.flat(), means, 13, 17);
    values.forEach((value, i) => assert.ok(Math.abs(value - picture.values[i]) < 1e-6));
  });

  it('are joined by a matrix, too', () => {
    const {rows, means} = cut(makePicture(11, randomNumbers(2)));
    const none = means.map(() => 0);
    const flat = rows.flat();
    const {values} = join(flat, none, 11, 11);
    const matrix = joining(11, 11);
    assert.equal(matrix.length, rows.length * SIDE ** 2);
    values.forEach((value, pixel) => {
      const product = matrix.reduce((sum, row, k) => sum + row[pixel] * flat[k], 0);
      assert.ok(Math.abs(product - value) < 1e-6);
    });
  });
});

describe('the regulariser that is learned from the left half', () => {
  before(() => tf.setBackend('cpu'));

  it('becomes better than total variation on the right half', async () => {
    const picture = makePicture(48, randomNumbers(1));
    const right = crop(picture, 24, 0, 24, 48);
    const noisy = withNoise(right, NOISE, randomNumbers(5));
    const training = await PictureTraining.start(picture, 1);
    const before = decibels(right, await denoise(training.byHand, noisy));
    for (let step = 0; step < 15; step++) await training.step();
    const after = decibels(right, await denoise(training.learned, noisy));
    training.dispose();
    assert.ok(before > decibels(right, noisy));
    assert.ok(after > before + 0.2, `${before} dB, then ${after} dB`);
  });
});
