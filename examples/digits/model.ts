/** @file The digits model: a deep-equilibrium layer, then sparse class probabilities. */
import * as tf from '@tensorflow/tfjs';
import {FixedPointLayer, SparsemaxProjection, Status} from '../../src/index.js';
import {CLASSES, PIXELS, type Samples} from './data.js';

const UNITS = 40;

/** 64 pixels → z* = tanh(W z* + U pixels + b), 40 numbers → 10 logits → sparsemax. */
export function createModel(seed: number, solver: 'anderson' | 'iteration'): tf.Sequential {
  const equilibrium = new FixedPointLayer({
    inputShape: [PIXELS],
    cell: createCell(seed),
    solver,
    tolerance: 1e-4,
    name: 'equilibrium',
  });
  // Zero logits: every class starts with a probability of 0.1. No gradient reaches a class whose probability is zero, so
  // a class that starts at zero for all its images may never be learned.
  const logits = tf.layers.dense({units: CLASSES, kernelInitializer: 'zeros', name: 'logits'});
  return tf.sequential({
    layers: [equilibrium, logits, new SparsemaxProjection({name: 'probabilities'})],
  });
}

/**
 * [z, x] ↦ tanh(W z + U x + b).
 *
 * W starts as half an orthogonal matrix. tanh is no steeper than 1, so the cell starts as a contraction with factor ½: it
 * has one fixed point for every x. Training may change that; `evaluate` counts the samples that converged.
 */
function createCell(seed: number): tf.LayersModel {
  const z = tf.input({shape: [UNITS]});
  const x = tf.input({shape: [PIXELS]});
  const state = tf.layers.dense({
    units: UNITS,
    useBias: false,
    kernelInitializer: tf.initializers.orthogonal({gain: 0.5, seed}),
    name: 'state',
  });
  const image = tf.layers.dense({
    units: UNITS,
    kernelInitializer: tf.initializers.glorotUniform({seed: seed + 1}),
    name: 'image',
  });
  const sum = tf.layers
    .add({name: 'sum'})
    .apply([state.apply(z) as tf.SymbolicTensor, image.apply(x) as tf.SymbolicTensor]);
  const output = tf.layers.activation({activation: 'tanh', name: 'tanh'}).apply(sum) as tf.SymbolicTensor;
  return tf.model({inputs: [z, x], outputs: output, name: 'cell'});
}

/** All probabilities in one batch, so that the layers' diagnostics cover every sample. */
export function predict(model: tf.LayersModel, {images, count}: Samples): tf.Tensor2D {
  return model.predict(images, {batchSize: count}) as tf.Tensor2D;
}

/** The share of samples whose largest probability is the label's. */
export function accuracy(model: tf.LayersModel, samples: Samples): number {
  const classes = tf.tidy(() => tf.argMax(predict(model, samples), 1).dataSync());
  return samples.labels.filter((label, i) => label === classes[i]).length / samples.count;
}

export interface Evaluation {
  accuracy: number;
  /** Mean number of classes with a probability above zero. */
  classes: number;
  /** The mean over the samples of Σ(probability − one-hot)². */
  brier: number;
  /** Iterations of the fixed point: the mean and the largest number for a sample. */
  iterations: {mean: number; max: number};
  /** Samples whose fixed point was reached. */
  converged: number;
}

export async function evaluate(model: tf.LayersModel, samples: Samples): Promise<Evaluation> {
  const right = accuracy(model, samples);
  const {status, iterations} = await (model.getLayer('equilibrium') as FixedPointLayer).diagnostics();
  const [classes, brier] = tf.tidy(() => {
    const probabilities = predict(model, samples);
    const distance = tf.sum(tf.squaredDifference(probabilities, samples.targets), 1);
    return [tf.sum(tf.cast(tf.greater(probabilities, 0), 'float32'), 1), distance].map(
      (perSample) => tf.mean(perSample).dataSync()[0],
    );
  });
  return {
    accuracy: right,
    classes,
    brier,
    iterations: {
      mean: iterations.reduce((sum, count) => sum + count, 0) / samples.count,
      max: Math.max(...iterations),
    },
    converged: status.filter((code) => code === Status.SOLVED).length,
  };
}
