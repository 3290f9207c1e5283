/** @file The data and the model of the page: projections onto a hidden polygon, and a layer that learns it. */
import * as tf from '@tensorflow/tfjs';
import {QPLayer} from '../../src/index.js';
import type {Point} from './polygon.js';

const UNIT = [
  [1, 0],
  [0, 1],
];
/** Rows of the layer. */
const INEQUALITIES = 8;

/** The hidden polygon {x : Gx ≤ h}. */
export const HIDDEN: {G: Point[]; h: number[]} = {
  G: [0.2, 1.3, 2.6, 3.9, 5.2].map((angle): Point => [Math.cos(angle), Math.sin(angle)]),
  h: [1, 0.8, 1.1, 0.7, 0.9],
};

/**
 * min ½‖x‖² + pᵀx subject to Gx ≤ h, which is the projection of −p. G starts as a regular polygon, h as ones.
 */
export function createModel(): {model: tf.Sequential; layer: QPLayer} {
  const layer = new QPLayer({
    ...{inputShape: [2], inequalities: INEQUALITIES, name: 'polygon', onFailure: 'ignore'},
    constants: {Q: UNIT},
  });
  const model = tf.sequential({layers: [layer]});
  const directions = Array.from({length: INEQUALITIES}, (_, i) => (2 * Math.PI * i) / INEQUALITIES + 0.1);
  tf.tidy(() => {
    const G = tf.tensor2d(directions.map((angle) => [Math.cos(angle), Math.sin(angle)]));
    const h = tf.fill([INEQUALITIES], 1.6);
    layer.trainableWeights.forEach((weight) => weight.write(weight.shape.length === 2 ? G : h));
  });
  model.compile({optimizer: tf.train.adam(0.02), loss: 'meanSquaredError'});
  return {model, layer};
}

/** Points and their projections onto the hidden polygon. A layer that knows the polygon computes the projections. */
export function createData(count: number): {x: tf.Tensor2D; y: tf.Tensor2D} {
  return tf.tidy(() => {
    const x = tf.randomUniform([count, 2], -2.5, 2.5, 'float32', 1) as tf.Tensor2D;
    const teacher = new QPLayer({constants: {Q: UNIT, ...HIDDEN}});
    return {x, y: teacher.apply(x) as tf.Tensor2D};
  });
}
