/** @file Regions of three classes from twelve points: a ridge regression, which overlooks the one between the others, and a support-vector machine as layers. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {RidgeLayer, SVMLayer} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {beside, dots, plane, range, type Point} from '../plane.js';

const SHADES = [COLOURS.blue, COLOURS.orange, COLOURS.green];
const size = {width: 220, height: 220};
const GRID = 56;
const CENTRES: Point[] = [[-1.7, -0.6], [0, 0], [1.7, 0.6]]; // prettier-ignore

/** Four points of each class. The classes lie in a row, so that no single direction puts the middle one ahead. */
function points(): Point[] {
  const noise = tf.randomNormal([12, 2], 0, 0.35, 'float32', 11).arraySync() as number[][];
  return noise.map(([dx, dy], i): Point => [CENTRES[i % 3][0] + dx, CENTRES[i % 3][1] + dy]);
}

export function figure(): TopLevelSpec {
  const support = points();
  const features = (all: readonly Point[]) => tf.tensor3d([all.map(([x, y]) => [x, y, 1])]);
  const labels = tf.tensor3d([support.map((_, i) => [0, 1, 2].map((k) => (i % 3 === k ? 1 : 0)))]);
  const side = range(-2.9, 2.9, GRID);
  const cells = side.flatMap((y) => side.map((x): Point => [x, y]));
  const panel = (title: string, layer: RidgeLayer | SVMLayer) => {
    const scores = layer.apply([features(support), labels, features(cells)]) as tf.Tensor3D;
    const classes = [...tf.argMax(tf.squeeze(scores, [0]), 1).dataSync()];
    const half = (side[1] - side[0]) / 2;
    // Neighbours of one class in a row of the grid are one rectangle.
    const runs = cells.flatMap(([x, y], i) => {
      const goesOn = i % GRID > 0 && classes[i] === classes[i - 1];
      const end = classes.findIndex((k, j) => j >= i && (k !== classes[i] || j % GRID === GRID - 1));
      const last = classes[end] === classes[i] ? end : end - 1;
      const [x2, k] = [cells[last][0] + half, classes[i]];
      return goesOn ? [] : [{x: x - half, y: y - half, x2, y2: y + half, k}];
    });
    return plane(
      title,
      [
        ...SHADES.map((color, k) => ({
          data: {values: runs.filter((run) => run.k === k)},
          mark: {type: 'rect', color, opacity: 0.25, clip: true},
          encoding: {
            x: {field: 'x', type: 'quantitative'},
            y: {field: 'y', type: 'quantitative'},
            x2: {field: 'x2'},
            y2: {field: 'y2'},
          },
        })),
        ...SHADES.map((colour, k) => dots(support.filter((_, i) => i % 3 === k), {colour})), // prettier-ignore
      ],
      size,
      {x: {domain: [-2.9, 2.9], ticks: false}, y: {domain: [-2.9, 2.9], ticks: false}},
    );
  };
  return beside(panel('RidgeLayer', new RidgeLayer({l2: 0.1})), panel('SVMLayer', new SVMLayer({l2: 0.1})));
}
