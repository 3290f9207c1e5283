/** @file Soft thresholding at ½: a function of eigenvalues made of three lines. */
import * as tf from '@tensorflow/tfjs-core';
import {signOf, type SpectralFunction} from '../../src/linalg/index.js';

/** In f64. */
export const shrink = (λ: number): number => Math.sign(λ) * Math.max(0, Math.abs(λ) - 0.5);

const value = (λ: tf.Tensor) => tf.mul(signOf(λ), tf.relu(tf.sub(tf.abs(λ), 0.5)));

export const SHRINK: SpectralFunction = {value, piece: (λ) => signOf(value(λ))};
