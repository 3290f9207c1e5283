/** @file A discrete argmax made differentiable by noise. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions} from '../../checks/index.js';
import {
  drawSamples,
  perturbedSettings,
  smoothedMean,
  type PerturbedOptions,
  type RowFunction,
} from './perturbed.js';

/**
 * θ ↦ E argmax(θ + σZ), computed as the mean over N noise samples; differentiable to any order, for any implementation of the argmax.
 *
 * A derivative is estimated from the same samples: unbiased, with a variance that grows with the order and with 1/(Nσ²).
 * The argmax is never differentiated. For the one-hot argmax and Gumbel noise the mean is softmax(θ/σ).
 *
 * @param source The argmax, or `{argmax}`, as for `perturbedMax`. It takes rows [N·B, …] and returns one result per row, [N·B, …out],
 *   e.g. a one-hot vector, a ranking or a path.
 * @returns A function of θ [B, …], finite; its result is [B, …out], float32. It throws if the argmax does not return one row for
 *   each row.
 * @throws If an option is out of its range.
 * @see Berthet et al. 2020 (arXiv 2002.08676), definition 2.1 and proposition 3.1.
 */
export function perturbedArgmax(
  source: RowFunction | {argmax: RowFunction},
  options: PerturbedOptions = {},
): (theta: tf.Tensor) => tf.Tensor {
  const argmax =
    typeof source === 'function'
      ? source
      : checkOptions('perturbedArgmax', source, {argmax: 1}, 'entry').argmax;
  checkFunction('perturbedArgmax', 'argmax', argmax);
  const settings = perturbedSettings('perturbedArgmax', options);
  return (theta) =>
    tf.tidy(() => {
      const point = tf.cast(theta, 'float32');
      return smoothedMean(point, drawSamples('perturbedArgmax', argmax, point, settings), settings);
    });
}
