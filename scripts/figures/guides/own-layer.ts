/** @file A layer of one's own: the answer and its derivative for a few values of its learned weight. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {customRoot, solvers} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {beside, lines, plane, range, type Point} from '../plane.js';

const size = {width: 220, height: 200};
const WEIGHTS = [
  {w: 0, colour: COLOURS.text},
  {w: 1, colour: COLOURS.blue},
  {w: 4, colour: COLOURS.orange},
];

/** z = argmin ½(z − x)² + w log cosh z, entry by entry, by Newton's method: the example of SolverLayer. */
const fun = (z: tf.Tensor, x: tf.Tensor, w: tf.Tensor) => tf.add(tf.sub(z, x), tf.mul(w, tf.tanh(z)));
const solve = customRoot(fun)((start: tf.Tensor, x: tf.Tensor, w: tf.Tensor) =>
  tf.tidy(() => new solvers.NewtonRoot({fun}).run(start, x, w).x as tf.Tensor),
);

export function figure(): TopLevelSpec {
  const xs = range(-6, 6, 121);
  const x = tf.tensor2d(xs, [xs.length, 1]);
  const series = WEIGHTS.map(({w, colour}) => {
    const value = (x: tf.Tensor) => solve(tf.zerosLike(x), x, tf.scalar(w));
    const slope = tf.grad((x: tf.Tensor) => tf.sum(value(x)))(x);
    return {
      name: `w = ${w}`,
      colour,
      points: [...value(x).dataSync()].map((z, i): Point => [xs[i], z]),
      slopes: [...slope.dataSync()].map((z, i): Point => [xs[i], z]),
    };
  });
  const axis = {domain: [-6, 6] as [number, number], title: 'x, the input', ticks: [-6, -3, 0, 3, 6]};
  return beside(
    plane('the output z(x)', [lines(series)], size, {x: axis, y: {domain: [-6, 6], ticks: [-6, -3, 0, 3, 6]}}), // prettier-ignore
    plane('its derivative dz/dx', [lines(series.map(({name, colour, slopes}) => ({name, colour, points: slopes})))], size, {x: axis, y: {domain: [0, 1.1], ticks: [0, 0.5, 1]}}), // prettier-ignore
  );
}
