/** @file A deep-equilibrium layer around a cell of two inputs, within a functional model. */
import * as tf from '@tensorflow/tfjs';
import {FixedPointLayer, layers} from '../../../src/index.js';

function cell(units: number, width: number): tf.LayersModel {
  const [z, x] = [tf.input({shape: [units]}), tf.input({shape: [width]})];
  const kernelInitializer = tf.initializers.constant({value: 0.25});
  const joined = tf.layers.concatenate().apply([z, x]);
  const dense = tf.layers.dense({units, kernelInitializer});
  return tf.model({inputs: [z, x], outputs: dense.apply(joined) as tf.SymbolicTensor});
}

export async function run() {
  const input = tf.input({shape: [2]});
  const state = new FixedPointLayer({cell: cell(1, 2), solver: 'anderson', tolerance: 1e-6}).apply(input);
  const scores = layers
    .fixedPoint({cell: cell(1, 1), stateShape: [1], solver: 'iteration', maxIterations: 100})
    .apply(state);
  const model = tf.model({inputs: input, outputs: scores as tf.SymbolicTensor});
  return (model.predict(tf.tensor2d([[3, 6]])) as tf.Tensor).array();
}

export const expected = [[1]];
