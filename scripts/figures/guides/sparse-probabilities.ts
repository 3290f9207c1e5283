/** @file Softmax, entmax and sparsemax of the same scores: when weights become zero. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {EntmaxLayer, SparsemaxProjection} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {beside, lines, plane, range, type Point} from '../plane.js';

const size = {width: 220, height: 200};
const SCORES = [2, 1.4, 1, 0.2, -0.4, -1];
const MAPS = [
  {name: 'softmax', colour: COLOURS.text, map: (x: tf.Tensor2D) => tf.softmax(x)},
  {name: 'EntmaxLayer', colour: COLOURS.orange, map: (x: tf.Tensor2D) => new EntmaxLayer().apply(x)},
  {name: 'SparsemaxProjection', colour: COLOURS.blue, map: (x: tf.Tensor2D) => new SparsemaxProjection().apply(x)}, // prettier-ignore
];
const weights = (map: (x: tf.Tensor2D) => unknown, x: number[][]) =>
  (map(tf.tensor2d(x)) as tf.Tensor2D).arraySync();

export function figure(): TopLevelSpec {
  const scores = range(-3, 3, 121);
  const pairs = MAPS.map(({name, colour, map}) => ({
    name,
    colour,
    points: weights(
      map,
      scores.map((t) => [t, 0]),
    ).map(([p], i): Point => [scores[i], p]),
  }));
  const bars = MAPS.flatMap(({name, map}) =>
    weights(map, [SCORES])[0].map((weight, i) => ({name, weight, score: `${SCORES[i]}`})),
  );
  const chart = {
    title: {text: 'the weights of six scores', anchor: 'middle'},
    ...size,
    data: {values: bars},
    mark: {type: 'bar'},
    encoding: {
      x: {field: 'score', type: 'nominal', sort: null, title: 'score', axis: {labelAngle: 0}},
      xOffset: {field: 'name', sort: null},
      y: {field: 'weight', type: 'quantitative', title: null, axis: {values: [0, 0.2, 0.4, 0.6]}},
      color: {
        field: 'name',
        type: 'nominal',
        scale: {domain: MAPS.map(({name}) => name), range: MAPS.map(({colour}) => colour)},
        legend: null,
      },
    },
  };
  return beside(
    plane('the weight of t in [t, 0]', [lines(pairs, 1)], size, {
      x: {domain: [-3, 3], title: 't', ticks: [-3, -2, -1, 0, 1, 2, 3]},
      y: {domain: [0, 1], ticks: [0, 0.5, 1]},
    }),
    chart,
  );
}
