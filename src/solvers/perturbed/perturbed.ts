/** @file Smoothing by noise: the mean of f(θ + σZ) over samples, with derivatives of any order although f has none. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {isTapeOn, offTape} from '../../autodiff/index.js';

/** The distribution of Z: 'gumbel' is the standard Gumbel, of mean 0.5772; 'normal' the standard normal. */
export type Noise = 'gumbel' | 'normal';

/** The noise of `perturbedArgmax` and `perturbedMax`: its size, distribution and seed. */
export interface PerturbedOptions {
  /** N, the number of noise samples for each sample of the batch. Default 100. */
  numSamples?: number | undefined;
  /** σ, the size of the noise. Default 0.1. */
  sigma?: number | undefined;
  /** The distribution of Z, the noise before it is multiplied by σ. Default 'gumbel'. */
  noise?: Noise | undefined;
  /** Subtract f(θ) in the estimator of the gradient: it has the same mean and less variance, and f gets one more row. Default true. */
  controlVariate?: boolean | undefined;
  /**
   * With an integer, every call draws the same noise, so that the result is a fixed function of θ. By default, every call draws
   * new noise. In both cases the gradients of a call use the noise of its value.
   */
  seed?: number | undefined;
  /** Draw half of the samples and mirror them: −Z, or for Gumbel the opposite quantile. N must be even. Default false. */
  antithetic?: boolean | undefined;
}

export type PerturbedSettings = Required<Omit<PerturbedOptions, 'seed'>> & Pick<PerturbedOptions, 'seed'>;

/** Maps rows [N·B, …] to one result per row, [N·B, …out]. Never differentiated. */
export type RowFunction = (rows: tf.Tensor) => tf.Tensor;

/** The values that a call of f on perturbed rows keeps for its gradient, as constants. */
export type Samples = {
  /** f(θ + σZ_i), [N, B, …out]. */
  values: tf.Tensor;
  /** f(θ), the control variate, or zero; [B, …out]. */
  baseline: tf.Tensor;
  /** Z, [N, B, …]. */
  noise: tf.Tensor;
};

const NAMES: Names<PerturbedOptions> = {
  numSamples: 0,
  sigma: 0,
  noise: 0,
  controlVariate: 0,
  seed: 0,
  antithetic: 0,
};

/** The options with their defaults. @throws If one is out of its range. */
export function perturbedSettings(where: string, options: PerturbedOptions): PerturbedSettings {
  const {
    numSamples = 100,
    sigma = 0.1,
    noise = 'gumbel',
    controlVariate = true,
    antithetic = false,
  } = checkOptions(where, options, NAMES);
  if (!(Number.isInteger(numSamples) && numSamples > 0)) {
    throw new Error(`${where}: numSamples must be a positive integer, got ${numSamples}.`);
  }
  if (antithetic && numSamples % 2 === 1) {
    throw new Error(
      `${where}: antithetic noise comes in pairs, so numSamples must be even, got ${numSamples}.`,
    );
  }
  if (!(sigma > 0 && sigma < Infinity)) {
    throw new Error(`${where}: sigma must be positive and finite, got ${sigma}.`);
  }
  if (noise !== 'gumbel' && noise !== 'normal') {
    throw new Error(`${where}: noise must be 'gumbel' or 'normal', got '${String(noise)}'.`);
  }
  if (options.seed !== undefined && !Number.isInteger(options.seed)) {
    throw new Error(`${where}: seed must be an integer, got ${options.seed}.`);
  }
  return {numSamples, sigma, noise, controlVariate, antithetic, seed: options.seed};
}

/** Calls f on all perturbed rows at once, and once more on θ [B, …] if a gradient may be needed. */
export function drawSamples(
  where: string,
  f: RowFunction,
  theta: tf.Tensor,
  settings: PerturbedSettings,
): Samples {
  if (theta.rank === 0) throw new Error(`${where}: θ must have a batch axis.`);
  const {numSamples, sigma, controlVariate} = settings;
  const [batch, ...rest] = theta.shape;
  const call = (rows: tf.Tensor) => {
    const result = f(rows);
    if (result.rank === 0 || result.shape[0] !== rows.shape[0]) {
      throw new Error(
        `${where}: the function got ${rows.shape[0]} rows and returned shape [${result.shape}]; it must return one row for each row.`,
      );
    }
    return tf.cast(result, 'float32');
  };
  const wanted = isTapeOn();
  return offTape(() => {
    const noise = drawNoise(theta.shape, settings);
    const perturbed = tf.add(theta, tf.mul(sigma, noise));
    const rows = call(tf.reshape(perturbed, [numSamples * batch, ...rest]));
    const out = [batch, ...rows.shape.slice(1)];
    return {
      noise,
      values: tf.reshape(rows, [numSamples, ...out]),
      baseline: wanted && controlVariate ? call(theta) : tf.zeros(out),
    };
  });
}

/**
 * mean_i f(θ + σZ_i), whose first gradient is 1/(Nσ) Σ_i ⟨dy, f(θ + σZ_i) − f(θ)⟩ ∇ν(Z_i) with ν = −log density.
 *
 * The points X_i = θ + σZ_i stay where they are, and θ moves their density instead: with w_i(θ) the density of X_i
 * around θ over that at the time of sampling, mean_i f(X_i)·w_i has every derivative. w_i itself is 1.
 *
 * @see Berthet et al. 2020 (arXiv 2002.08676), proposition 3.1.
 */
export function smoothedMean(
  theta: tf.Tensor,
  {values, baseline, noise}: Samples,
  settings: PerturbedSettings,
): tf.Tensor {
  const mean = offTape(() => tf.mean(values, 0));
  if (!isTapeOn()) return mean;
  const excess = offTape(() => tf.sub(values, baseline));
  // The value is zero, but the derivative is not.
  const shift = tf.div(
    tf.sub(
      offTape(() => tf.clone(theta)),
      theta,
    ),
    settings.sigma,
  );
  const gained = tf.expm1(logDensityRatio(shift, noise, settings.noise));
  const weights = tf.reshape(gained, [...gained.shape, ...new Array<number>(values.rank - 2).fill(1)]);
  return tf.add(mean, tf.mean(tf.mul(excess, weights), 0));
}

/** ν(Z) − ν(Z + shift) for each row, [N, B], written so that it is exactly 0 at shift 0. */
function logDensityRatio(shift: tf.Tensor, z: tf.Tensor, noise: Noise): tf.Tensor {
  const terms =
    noise === 'normal'
      ? tf.neg(tf.mul(shift, tf.add(z, tf.div(shift, 2))))
      : tf.neg(
          tf.add(
            shift,
            tf.mul(
              offTape(() => tf.exp(tf.neg(z))),
              tf.expm1(tf.neg(shift)),
            ),
          ),
        );
  const [samples, batch, ...rest] = z.shape as [number, number, ...number[]];
  return tf.sum(tf.reshape(terms, [samples, batch, tf.util.sizeFromShape(rest)]), 2);
}

/** Z [N, …shape]. */
function drawNoise(shape: number[], {numSamples, noise, antithetic, seed}: PerturbedSettings): tf.Tensor {
  const size = [antithetic ? numSamples / 2 : numSamples, ...shape];
  // tfjs treats the seed 0 as no seed.
  const start = seed === undefined ? undefined : seed + 0.5;
  const both = (z: tf.Tensor, mirrored: () => tf.Tensor) => (antithetic ? tf.concat([z, mirrored()], 0) : z);
  if (noise === 'normal') {
    const z = tf.randomNormal(size, 0, 1, 'float32', start);
    return both(z, () => tf.neg(z));
  }
  const u = tf.randomUniform(size, 0, 1, 'float32', start);
  const uniform = both(u, () => tf.sub(1, u));
  // Avoids both ends, where the logarithm is infinite, by the spacing of f32 below 1.
  const inside = tf.clipByValue(uniform, 2 ** -24, 1 - 2 ** -24);
  return tf.neg(tf.log(tf.neg(tf.log(inside))));
}
