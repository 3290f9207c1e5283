/** @file The maximum of a perturbed problem: a smooth convex function. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions} from '../../checks/index.js';
import {offTape, recordOp} from '../../autodiff/index.js';
import {
  drawSamples,
  perturbedSettings,
  smoothedMean,
  type PerturbedOptions,
  type PerturbedSettings,
  type RowFunction,
  type Samples,
} from './perturbed.js';

/**
 * θ ↦ E max_y ⟨θ + σZ, y⟩, computed as the mean over N noise samples; differentiable to any order.
 *
 * With `{argmax}` the gradient is the perturbed argmax for the same noise, which is exactly the gradient of the value. With the maximum
 * alone the gradient is estimated in the same way as in `perturbedArgmax`. `losses.fenchelYoung` turns the result into a loss. For the
 * one-hot argmax and Gumbel noise the mean is σ·logSumExp(θ/σ) + 0.5772σ.
 *
 * @param source `{argmax}`, which maps rows [N·B, …] to maximizers of the rows' shape; or the maximum, alone or as `{max}`, which maps
 *   rows to maxima [N·B].
 * @returns A function of θ [B, …], finite; its result is [B], float32. It throws if the shapes do not agree.
 * @throws If an option is out of its range.
 * @see Berthet et al. 2020 (arXiv 2002.08676), definition 2.1 and section 4.
 */
export function perturbedMax(
  source: RowFunction | {argmax: RowFunction} | {max: RowFunction},
  options: PerturbedOptions = {},
): (theta: tf.Tensor) => tf.Tensor {
  const settings = perturbedSettings('perturbedMax', options);
  const {argmax, max} =
    typeof source === 'function' ? {argmax: undefined, max: source} : sourceOf(source as Source);
  const f = argmax ?? max;
  checkFunction('perturbedMax', argmax === undefined ? 'max' : 'argmax', f);
  return (theta) =>
    tf.tidy(() => {
      const point = tf.cast(theta, 'float32');
      const samples = drawSamples('perturbedMax', f!, point, settings);
      return argmax === undefined
        ? smoothedMean(point, samples, settings)
        : maximumOf(point, samples, settings);
    });
}

type Source = {argmax?: RowFunction; max?: RowFunction};

/** @throws If it is neither {argmax} nor {max}. */
function sourceOf(given: Source): Source {
  const source = checkOptions('perturbedMax', given, {argmax: 0, max: 0}, 'entry');
  if ((source.argmax === undefined) === (source.max === undefined)) {
    throw new Error('perturbedMax: expected a function, {argmax} or {max}.');
  }
  return source;
}

/** mean_i ⟨θ + σZ_i, y_i⟩, whose gradient is the mean of the maximisers y_i (the envelope theorem). */
function maximumOf(theta: tf.Tensor, samples: Samples, settings: PerturbedSettings): tf.Tensor {
  const {values, noise, baseline} = samples;
  if (!tf.util.arraysEqual(values.shape, noise.shape)) {
    throw new Error(
      `perturbedMax: the argmax of rows of shape [${theta.shape.slice(1)}] has shape [${values.shape.slice(2)}]; ` +
        'they must agree.',
    );
  }
  const maximum = () => {
    const products = tf.mul(tf.add(theta, tf.mul(settings.sigma, noise)), values);
    return tf.mean(
      tf.sum(
        tf.reshape(products, [noise.shape[0], noise.shape[1]!, tf.util.sizeFromShape(theta.shape.slice(1))]),
        2,
      ),
      0,
    );
  };
  return recordOp({
    name: 'PerturbedMax',
    hasOwnGradient: true,
    values: [offTape(maximum)],
    inputs: [theta, values, noise, baseline],
    gradient: ([dy], _outputs, [at, y, z, y0]) => {
      const argmax = smoothedMean(at, {values: y, noise: z, baseline: y0}, settings);
      const perSample = tf.reshape(dy, [...dy.shape, ...new Array<number>(at.rank - 1).fill(1)]);
      return [tf.mul(perSample, argmax), ...[y, z, y0].map((constant) => tf.zerosLike(constant))];
    },
  })[0];
}
