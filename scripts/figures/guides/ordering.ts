/** @file A soft rank while an entry passes the others, and the closest increasing curve to noisy data. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {IsotonicLayer, SoftRank} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {beside, curve, dots, lines, plane, range, type Point} from '../plane.js';

const size = {width: 220, height: 200};
const OTHERS = [-1, 0, 0.4];
const STRENGTHS = [
  {strength: 0.01, colour: COLOURS.text},
  {strength: 0.2, colour: COLOURS.blue},
  {strength: 0.6, colour: COLOURS.orange},
];

function ranks() {
  const values = range(-2, 2, 201);
  const series = STRENGTHS.map(({strength, colour}) => {
    const output = new SoftRank({strength}).apply(tf.tensor2d(values.map((t) => [t, ...OTHERS])));
    const points = (output as tf.Tensor2D).arraySync().map(([rank], i): Point => [values[i], rank]);
    return {name: `strength ${strength}`, colour, points};
  });
  return plane(`the rank of t in [t, ${OTHERS.join(', ')}]`, [lines(series, 1)], size, {
    x: {domain: [-2, 2], title: 't', ticks: [-2, -1, 0, 1, 2]},
    y: {domain: [0.8, 4.2], ticks: [1, 2, 3, 4]},
  });
}

function increasing() {
  const noise = tf.randomNormal([24], 0, 0.16, 'float32', 5).arraySync() as number[];
  const data = noise.map((e, i): Point => [i, Math.tanh((i - 10) / 6) + e]);
  const output = new IsotonicLayer().apply(tf.tensor2d([data.map(([, y]) => y)])) as tf.Tensor2D;
  const fit = output.arraySync()[0].map((y, i): Point => [i, y]);
  return plane(
    'isotonic: dots in, line out',
    [dots(data, {colour: COLOURS.pink, width: 50}), curve(fit, {colour: COLOURS.blue})],
    size,
    {x: {domain: [-0.5, 23.5], title: 'entry', ticks: [0, 10, 20]}, y: {domain: [-1.4, 1.4], ticks: [-1, 0, 1]}}, // prettier-ignore
  );
}

export const figure = (): TopLevelSpec => beside(ranks(), increasing());
