/** @file The smallest circle around points is a conic program: the points are its input, and the gradient says which of them matter. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {ConicLayer} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {arrows, curve, dots, plane, range, region, words, type Point, beside} from '../plane.js';

const POINTS: Point[] = [[-1.5, 0.2], [-0.6, 1.3], [1.1, 1.2], [1.4, -0.7], [-0.4, -0.9], [0.3, 0.2], [0.6, 0.7], [-0.8, 0.1]]; // prettier-ignore
const size = {width: 220, height: 220};
const axes = {x: {domain: [-1.9, 1.9] as [number, number], ticks: false as const}, y: {domain: [-1.7, 2.1] as [number, number], ticks: false as const}}; // prettier-ignore

/**
 * min r with ‖c − pᵢ‖ ≤ r, for z = (c₁, c₂, r): for each point a cone of three rows, (r, c − pᵢ) = d − Ez.
 */
const layer = new ConicLayer({
  cones: {secondOrder: POINTS.map(() => 3)},
  inputs: ['d'],
  constants: {c: [0, 0, 1], E: POINTS.flatMap(() => [[0, 0, -1], [-1, 0, 0], [0, -1, 0]])}, // prettier-ignore
  tolerance: 1e-7,
  maxIterations: 20000,
});
const rightSides = (points: tf.Tensor2D) =>
  tf.reshape(tf.concat([tf.zeros([POINTS.length, 1]), tf.neg(points)], 1), [1, 3 * POINTS.length]);
const solve = (points: tf.Tensor2D) => layer.apply(rightSides(points)) as tf.Tensor2D;

const disc = ([x, y, r]: readonly number[]): Point[] =>
  range(0, 2 * Math.PI, 91).map((t) => [x + r * Math.cos(t), y + r * Math.sin(t)]);

export function figure(): TopLevelSpec {
  const given = tf.tensor2d(POINTS.map((point) => [...point]));
  const [circle] = solve(given).arraySync();
  const slope = tf.grad((points: tf.Tensor) =>
    tf.sum(tf.slice(solve(points as tf.Tensor2D), [0, 2], [1, 1])),
  )(given);
  const pulls = slope.arraySync() as number[][];
  const ends = POINTS.map((at, i): [Point, Point] => [at, [at[0] - pulls[i][0], at[1] - pulls[i][1]]]);
  const moved = ends.filter((_, i) => Math.hypot(...pulls[i]) > 1e-3);
  return beside(
    plane(
      ['the output: the smallest', 'circle around the points'],
      [region(disc(circle)), curve(disc(circle), {colour: COLOURS.blue}), dots(POINTS), dots([[circle[0], circle[1]]], {colour: COLOURS.blue, width: 40}), words('c', [circle[0], circle[1]], {dx: -7, align: 'right', colour: COLOURS.blue})], // prettier-ignore
      size,
      axes,
    ),
    plane(
      ['the gradient: where points should', 'go to make it smaller'],
      [curve(disc(circle), {colour: COLOURS.level, width: 1.5}), dots(POINTS), ...arrows(moved, {colour: COLOURS.orange})], // prettier-ignore
      size,
      axes,
    ),
  );
}
