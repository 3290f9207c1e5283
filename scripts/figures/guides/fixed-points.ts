/** @file The way to a fixed point of a small cell, and what the fixed point is as a function of the input. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {FixedPointLayer} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {beside, curve, dots, lines, plane, range, words, type Point} from '../plane.js';

const size = {width: 220, height: 200};
const WEIGHTS = [
  {w: -2, colour: COLOURS.green},
  {w: 0, colour: COLOURS.text},
  {w: 0.9, colour: COLOURS.orange},
];

/** z = tanh(w z + x). */
const layerOf = (w: number) => {
  const inputs = [tf.input({shape: [1]}), tf.input({shape: [1]})];
  const joined = tf.layers.concatenate().apply(inputs);
  const dense = tf.layers.dense({units: 1, activation: 'tanh', weights: [tf.tensor2d([[w], [1]]), tf.zeros([1])]}); // prettier-ignore
  return new FixedPointLayer({cell: tf.model({inputs, outputs: dense.apply(joined) as tf.SymbolicTensor})});
};
const fixedPoints = (w: number, xs: number[]) => [
  ...(layerOf(w).apply(tf.tensor2d(xs, [xs.length, 1])) as tf.Tensor).dataSync(),
];

export function figure(): TopLevelSpec {
  const [w, x] = [0.9, 0.3];
  const T = (z: number) => Math.tanh(w * z + x);
  const stairs: Point[] = [[0, 0]];
  for (let i = 0, z = 0; i < 12; i++, z = T(z)) stairs.push([z, T(z)], [T(z), T(z)]);
  const [z] = fixedPoints(w, [x]);
  const xs = range(-2.5, 2.5, 161);
  const series = WEIGHTS.map(({w, colour}) => ({
    name: w === 0 ? 'w = 0: a dense layer' : `w = ${w}`,
    colour,
    points: fixedPoints(w, xs).map((z, i): Point => [xs[i], z]),
  }));
  return beside(
    plane(
      'the cell, again and again',
      [
        curve([[-0.1, -0.1], [1.1, 1.1]], {colour: COLOURS.level, width: 1.5}), // prettier-ignore
        curve(range(-0.1, 1.1, 60).map((z) => [z, T(z)]), {colour: COLOURS.blue}), // prettier-ignore
        curve(stairs, {colour: COLOURS.orange, width: 1.5}),
        dots([[z, z]], {width: 110}),
        words('z = T(z)', [z, z], {dx: -12, dy: -10, align: 'right'}),
      ],
      size,
      {x: {domain: [-0.1, 1.1], title: 'z', ticks: [0, 0.5, 1]}, y: {domain: [-0.1, 1.1], title: 'T(z)', ticks: [0, 0.5, 1]}}, // prettier-ignore
    ),
    plane('the output: z = tanh(wz + x)', [lines(series, 1)], size, {
      x: {domain: [-2.5, 2.5], title: 'x, the input', ticks: [-2, -1, 0, 1, 2]},
      y: {domain: [-1.1, 1.1], ticks: [-1, 0, 1]},
    }),
  );
}
