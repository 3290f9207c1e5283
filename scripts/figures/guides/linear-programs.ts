/** @file The solution of a linear program while its cost turns: corners, and what smoothing makes of them. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {LinearProgramLayer} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {dots, lines, plane, polygon, range, region, type Point, beside} from '../plane.js';

const G: Point[] = [[0.94, 0.34], [0.2, 0.98], [-0.8, 0.6], [-0.9, -0.43], [0.1, -0.99]]; // prettier-ignore
const h = [1.2, 1.1, 1.25, 1.2, 1.1];
const SMOOTHED = [
  {strength: 0.02, colour: COLOURS.text},
  {strength: 0.5, colour: COLOURS.blue},
  {strength: 1.2, colour: COLOURS.orange},
];
const angles = range(0, 360, 241);
const size = {width: 220, height: 220};

const solutions = (strength: number): Point[] => {
  const layer = new LinearProgramLayer({constants: {G: G.map((row) => [...row]), h}, strength});
  const costs = angles.map((t) => [-Math.cos((t * Math.PI) / 180), -Math.sin((t * Math.PI) / 180)]);
  return (layer.apply(tf.tensor2d(costs)) as tf.Tensor2D).arraySync() as unknown as Point[];
};

export function figure(): TopLevelSpec {
  const all = SMOOTHED.map((series) => ({...series, points: solutions(series.strength)}));
  const named = (points: (i: number) => Point[]) =>
    all.map(({strength, colour}, i) => ({name: `strength ${strength}`, colour, points: points(i)}));
  const path = plane(
    ['the solutions, while the cost', 'turns once around'],
    [
      region(polygon(G, h)),
      ...all.map(({points, colour}) => dots(points.filter((_, i) => i % 5 === 0), {colour, width: 45})), // prettier-ignore
    ],
    size,
    {x: {domain: [-1.7, 1.7], ticks: false}, y: {domain: [-1.7, 1.7], ticks: false}},
  );
  const first = plane(
    ['x₁: a small strength jumps,', 'a larger one moves'],
    [lines(named((i) => angles.map((t, j) => [t, all[i].points[j][0]])), 1)], // prettier-ignore
    size,
    {x: {domain: [0, 360], title: 'direction of −p, degrees', ticks: [0, 90, 180, 270, 360]}, y: {domain: [-1.7, 1.7], ticks: [-1, 0, 1]}}, // prettier-ignore
  );
  return beside(path, first);
}
