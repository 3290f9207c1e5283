/** @file A quadratic program in the plane: the solution for several inputs, and borders that are learned. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {QPLayer, solveQP} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {
  arrows,
  curve,
  dots,
  plane,
  polygon,
  range,
  region,
  rings,
  words,
  type Point,
  beside,
} from '../plane.js';

const G: Point[] = [[0.94, 0.34], [-0.17, 0.98], [-0.99, -0.16], [-0.1, -0.99]]; // prettier-ignore
const h = [1.4, 1.3, 1.6, 1.2];
const Q = tf.eye(2);
const WINDOW: [number, number] = [-2.7, 2.7];
const axes = {x: {domain: WINDOW, ticks: false as const}, y: {domain: WINDOW, ticks: false as const}};
const size = {width: 220, height: 220};

const border = (h: readonly number[], style = {}) => {
  const corners = polygon(G, h);
  return curve([...corners, corners[0]], style);
};

/** The layer's answer for inputs that lie on a circle: the nearest points of the set. */
function projections() {
  const wanted = range(0, 2 * Math.PI, 13).slice(1).map((t): Point => [2.5 * Math.cos(t), 2.5 * Math.sin(t)]); // prettier-ignore
  const layer = new QPLayer({constants: {Q, G: G.map((row) => [...row]), h}});
  const p = tf.neg(tf.tensor2d(wanted.map((point) => [...point])));
  const x = (layer.apply(p) as tf.Tensor2D).arraySync() as unknown as Point[];
  return plane(
    ['ring: the point −p that is wanted', 'dot: the nearest one allowed'],
    [
      region(polygon(G, h)),
      border(h, {colour: COLOURS.blue}),
      ...arrows(
        wanted.map((from, i) => [from, x[i]]),
        {colour: COLOURS.level, width: 1.5},
      ),
      rings(wanted, {colour: COLOURS.pink}),
      dots(x),
      words('Gx ≤ h', [0, 0.1], {colour: COLOURS.blue, align: 'center'}),
    ],
    size,
    axes,
  );
}

/** The right-hand sides that the layer has after some epochs, from pairs of input and answer alone. */
async function training() {
  const p = tf.randomUniform([200, 2], -3, 3, 'float32', 1);
  const y = solveQP({Q, p, G: G.map((row) => [...row]), h}).x;
  const constants = {Q, G: G.map((row) => [...row])};
  const layer = new QPLayer({inputShape: [2], inequalities: 4, constants});
  const model = tf.sequential({layers: [layer]});
  model.compile({optimizer: tf.train.adam(0.05), loss: 'meanSquaredError'});
  layer.trainableWeights[0].write(tf.tensor1d([0.2, 0.25, 0.2, 0.25]));
  const learned = () => [...layer.getWeights()[0].dataSync()];
  const stages = [learned()];
  for (const epochs of [3, 60]) {
    await model.fit(p, y, {epochs, shuffle: false, batchSize: 50, verbose: 0});
    stages.push(learned());
  }
  return plane(
    ['learned from such pairs:', 'the borders h'],
    [
      region(polygon(G, h)),
      border(stages[0], {colour: COLOURS.orange, dash: [3, 3]}),
      border(stages[1], {colour: COLOURS.orange, dash: [8, 4]}),
      border(stages[2], {colour: COLOURS.orange}),
      words('start', [-0.3, 0.02], {colour: COLOURS.orange, align: 'right', dy: 4}),
      words('12 steps', [0, 0.92], {colour: COLOURS.orange, align: 'center'}),
      words('252 steps', [0, 1.6], {colour: COLOURS.orange, align: 'center'}),
    ],
    size,
    axes,
  );
}

export async function figure(): Promise<TopLevelSpec> {
  return beside(projections(), await training());
}
