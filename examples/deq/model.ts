/** @file Classifiers of digits: a deep-equilibrium layer with parts of the recipe, and an ordinary layer. */
import * as tf from '@tensorflow/tfjs';
import {FixedPointLayer, SpectralDense} from '../../src/index.js';

export const METHODS = [
  'plain equilibrium',
  'with Jacobian penalty',
  'with spectral norm',
  'one tanh layer',
] as const;

export type Method = (typeof METHODS)[number];

const PIXELS = 64;
const CLASSES = 10;
const UNITS = 30;

/** The largest norm of the state's matrix, with SpectralDense. */
export const MAX_NORM = 0.9;
/** Values of γ, the weight of ‖∂T/∂z‖²_F, among which validation chooses. */
export const PENALTIES = [1e-3, 1e-2];

/** The most steps of the fixed point's solver, and how accurately it solves. */
export const MAX_ITERATIONS = 60;
const TOLERANCE = 1e-4;

export interface Classifier {
  /** Images [B, 64] to logits [B, 10]. */
  model: tf.LayersModel;
  equilibrium: FixedPointLayer | null;
  /** The layer of the state inside the equilibrium. */
  state: tf.layers.Layer | null;
}

/**
 * z* = tanh(Wz* + Ux + b), 30 numbers, then logits. W begins as 0.9 times an orthogonal matrix: a contraction, but hardly.
 */
export function createClassifier(method: Method, seed: number, penalty: number): Classifier {
  const image = tf.layers.dense({
    units: UNITS,
    kernelInitializer: tf.initializers.glorotUniform({seed}),
  });
  const logits = tf.layers.dense({
    units: CLASSES,
    kernelInitializer: tf.initializers.glorotUniform({seed: seed + 1}),
  });
  const x = tf.input({shape: [PIXELS]});
  if (method === 'one tanh layer') {
    const features = tf.layers.activation({activation: 'tanh'}).apply(image.apply(x));
    const model = tf.model({inputs: x, outputs: logits.apply(features) as tf.SymbolicTensor});
    return {model, equilibrium: null, state: null};
  }
  const state =
    method === 'with spectral norm'
      ? new SpectralDense({units: UNITS, useBias: false, maxNorm: MAX_NORM, seed: seed + 2})
      : tf.layers.dense({
          units: UNITS,
          useBias: false,
          kernelInitializer: tf.initializers.orthogonal({gain: MAX_NORM, seed: seed + 2}),
        });
  const z = tf.input({shape: [UNITS]});
  const input = tf.input({shape: [PIXELS]});
  const sum = tf.layers.add().apply([state.apply(z), image.apply(input)] as tf.SymbolicTensor[]);
  const outputs = tf.layers.activation({activation: 'tanh'}).apply(sum) as tf.SymbolicTensor;
  const equilibrium = new FixedPointLayer({
    cell: tf.model({inputs: [z, input], outputs}),
    jacobianPenalty: penalty,
    seed,
    tolerance: TOLERANCE,
    maxIterations: MAX_ITERATIONS,
    // What is not found is counted.
    onFailure: 'ignore',
  });
  const model = tf.model({
    inputs: x,
    outputs: logits.apply(equilibrium.apply(x) as tf.SymbolicTensor) as tf.SymbolicTensor,
  });
  return {model, equilibrium, state};
}
