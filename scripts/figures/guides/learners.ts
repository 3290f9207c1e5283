/** @file Regions of three classes from twelve points: a ridge regression and a support-vector machine as layers. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {RidgeLayer, SVMLayer} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {beside, dots, plane, range, rings, type Point} from '../plane.js';

const SHADES = [COLOURS.blue, COLOURS.orange, COLOURS.green];
const size = {width: 220, height: 220};
const GRID = 44;
const CENTRES: Point[] = [[-1, -0.4], [0.1, 0.9], [1.1, -0.3]]; // prettier-ignore

/** Four points of each class; one of the first class lies far from the others. */
function points(): Point[] {
  const noise = tf.randomNormal([12, 2], 0, 0.35, 'float32', 11).arraySync() as number[][];
  const all = noise.map(([dx, dy], i): Point => [CENTRES[i % 3][0] + dx, CENTRES[i % 3][1] + dy]);
  return all.map((point, i) => (i === 0 ? [-2.6, -1.7] : point));
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
    const wide = (size.width / GRID + 0.4) ** 2;
    return plane(
      title,
      [
        ...SHADES.map((colour, k) => ({
          ...dots(cells.filter((_, i) => classes[i] === k)),
          mark: {type: 'square', size: wide, color: colour, opacity: 0.25, filled: true},
        })),
        ...SHADES.map((colour, k) => dots(support.filter((_, i) => i % 3 === k), {colour})), // prettier-ignore
        rings([support[0]], {colour: SHADES[0], width: 140}),
        dots([support[0]], {colour: SHADES[0]}),
      ] as Parameters<typeof plane>[1],
      size,
      {x: {domain: [-2.9, 2.9], ticks: false}, y: {domain: [-2.9, 2.9], ticks: false}},
    );
  };
  return beside(
    panel('RidgeLayer, l2 = 0.1', new RidgeLayer({l2: 0.1})),
    panel('SVMLayer, l2 = 0.1', new SVMLayer({l2: 0.1})),
  );
}
