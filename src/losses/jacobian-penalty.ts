/** @file A penalty for maps that are steep: an estimate of the squared norm of their Jacobian. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {distinct, offTape, vjpOf} from '../autodiff/index.js';

/** The parameters of `losses.jacobianPenalty`. */
export interface JacobianPenaltyParams {
  /** N, how many random vectors are drawn for each sample. Default 1. */
  numSamples?: number | undefined;
  /** With an integer, every call draws the same vectors. By default, every call draws new ones. */
  seed?: number | undefined;
}

const NAMES: Names<JacobianPenaltyParams> = {numSamples: 0, seed: 0};

/**
 * (1/N) Σᵢ ‖εᵢᵀJ‖² with J = ∂f(z) and random signs ε: an estimate, for each sample, of ‖J‖²_F, the sum of the squares of all entries of
 * the Jacobian. Its expectation is exactly ‖J‖²_F, and it costs N vector–Jacobian products.
 *
 * As a part of the loss it keeps the cell of a deep-equilibrium layer from becoming too steep to have a fixed point that a solver finds
 * (the argument `jacobianPenalty` of `FixedPointLayer`). The gradient is exact for the signs that were drawn, also where z or tensors
 * that f uses are weights or results of other layers.
 *
 * @param f Maps z [B, …] to a tensor [B, …], sample by sample: a sample's output depends on no other sample.
 * @param z [B, …].
 * @returns [B].
 * @throws If numSamples is not a positive integer, z has no batch axis, or f changes the number of samples.
 * @see Bai, Koltun & Kolter 2021, Stabilizing equilibrium models by Jacobian regularization (arXiv 2106.14342); Hutchinson 1990.
 */
export function jacobianPenalty(
  f: (z: tf.Tensor) => tf.Tensor,
  z: tf.Tensor,
  params: JacobianPenaltyParams = {},
): tf.Tensor {
  const where = 'losses.jacobianPenalty';
  const {numSamples = 1, seed} = checkOptions(where, params, NAMES, 'parameter');
  checkFunction(where, 'f', f);
  if (!(Number.isInteger(numSamples) && numSamples > 0)) {
    throw new Error(`${where}: numSamples must be a positive integer, got ${numSamples}.`);
  }
  if (seed !== undefined && !Number.isInteger(seed)) {
    throw new Error(`${where}: seed must be an integer, got ${seed}.`);
  }
  if (z.rank === 0) throw new Error(`${where}: z must have a batch axis.`);
  const checked = (at: tf.Tensor) => {
    const output = f(at);
    if (output.rank === 0 || output.shape[0] !== z.shape[0]) {
      throw new Error(
        `${where}: f got ${z.shape[0]} samples and returned shape [${output.shape}]; it must return one for each sample.`,
      );
    }
    return output;
  };
  return tf.tidy(() => {
    const estimates = Array.from({length: numSamples}, (_, i) => {
      const [at] = distinct([z]) as tf.Tensor[];
      let output!: tf.Tensor;
      const value = () => [(output = checked(at))];
      // tfjs treats the seed 0 as no seed.
      const signs = () => [signsOf(output.shape, seed === undefined ? undefined : seed + i + 0.5)];
      const [row] = vjpOf(value, [at], signs);
      return tf.sum(tf.reshape(tf.square(row), [z.shape[0], -1]), 1);
    });
    return tf.div(tf.addN(estimates), numSamples);
  });
}

/** Random entries 1 and −1, which give an estimate of less variance than normal numbers do. */
function signsOf(shape: number[], seed: number | undefined): tf.Tensor {
  return offTape(() => tf.sub(tf.mul(2, tf.step(tf.randomUniform(shape, -1, 1, 'float32', seed))), 1));
}
