/** @file Transport plans of the same costs: with an entropy, with less of it, and sparse. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {TransportLayer} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {beside} from '../plane.js';

const SOURCES = 12;
const TARGETS = 12;
const PLANS = [
  {title: 'entropic, strength 0.1', args: {strength: 0.1}},
  {title: 'entropic, strength 0.01', args: {strength: 0.01}},
  {title: "'euclidean', strength 0.5", args: {regularization: 'euclidean', strength: 0.5}},
] as const;

/** Mass of two hills of sources moves to one hill of targets; similarity is minus the squared distance. */
function inputs(): tf.Tensor[] {
  const place = (i: number) => i / (SOURCES - 1);
  const hill = (x: number, at: number) => Math.exp(-(((x - at) / 0.12) ** 2));
  const normal = (mass: number[]) => mass.map((m) => m / mass.reduce((sum, v) => sum + v, 0));
  const indices = Array.from({length: SOURCES}, (_, i) => i);
  const a = normal(indices.map((i) => 0.02 + hill(place(i), 0.2) + hill(place(i), 0.75)));
  const b = normal(indices.map((j) => 0.02 + hill(place(j), 0.5)));
  const x = indices.map((i) => indices.map((j) => -((place(i) - place(j)) ** 2)));
  return [tf.tensor3d([x]), tf.tensor2d([a]), tf.tensor2d([b])];
}

export function figure(): TopLevelSpec {
  const panels = PLANS.map(({title, args}) => {
    const [plan] = (
      new TransportLayer({...args, marginals: true}).apply(inputs()) as tf.Tensor3D
    ).arraySync();
    const values = plan.flatMap((row, i) => row.map((mass, j) => ({i, j, mass})));
    const used = values.filter(({mass}) => mass > 1e-6).length;
    return {
      title: {text: [title, `${used} of ${SOURCES * TARGETS} above 1e-6`], anchor: 'middle'},
      width: 180,
      height: 180,
      data: {values},
      mark: {type: 'rect', color: COLOURS.blue},
      encoding: {
        x: {field: 'j', type: 'ordinal', title: 'target', axis: {labels: false, ticks: false}},
        y: {field: 'i', type: 'ordinal', title: 'source', axis: {labels: false, ticks: false}},
        fillOpacity: {
          field: 'mass',
          type: 'quantitative',
          legend: null,
          scale: {type: 'sqrt', domain: [0, 0.16], range: [0, 1], clamp: true},
        },
      },
    };
  });
  return {...beside(...panels), spacing: 36} as TopLevelSpec;
}
