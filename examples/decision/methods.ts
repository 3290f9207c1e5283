/** @file The parts of both methods: a linear model by least squares, and the cost of a path as a loss. */
import * as tf from '@tensorflow/tfjs';
import {linalg, LinearProgramLayer} from '../../src/index.js';
import {FEATURES, type Data} from './data.js';
import {flowEquations, type Grid} from './graph.js';

/** A linear model of the costs, [B, 5] to [B, streets], that fits the data best. */
export function leastSquares({features, costs}: Data): tf.layers.Layer {
  const layer = tf.layers.dense({units: costs.shape[1], inputShape: [FEATURES]});
  layer.build([null, FEATURES]);
  tf.tidy(() => {
    const rows = tf.concat([features, tf.ones([features.shape[0], 1])], 1);
    const weights = linalg.lstsq(rows, costs);
    // A sum, since tfjs on WebAssembly refuses a reshaped bias.
    layer.setWeights([tf.slice(weights, 0, FEATURES), tf.sum(tf.slice(weights, FEATURES), 0)]);
  });
  return layer;
}

/** From predicted costs to the shortest path: a flow of one unit, smoothed. */
export function pathLayer(grid: Grid, strength: number): LinearProgramLayer {
  const {A, b} = flowEquations(grid);
  const n = grid.streets.length;
  const G = Array.from({length: n}, (_, i) => Array.from({length: n}, (__, j) => (i === j ? -1 : 0)));
  return new LinearProgramLayer({strength, constants: {G, h: G.map(() => 0), A, b}});
}

/** The mean true cost of the paths that are shortest for the predicted costs. */
export function pathCost(paths: LinearProgramLayer, predicted: tf.Tensor2D, costs: tf.Tensor): tf.Scalar {
  const path = paths.apply(predicted) as tf.Tensor;
  return tf.mean(tf.sum(tf.mul(path, costs), 1));
}
