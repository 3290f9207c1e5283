/** @file Sparse codes: how they shrink as the penalty grows, and a signal that a few atoms explain. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {LassoLayer} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {beside, curve, dots, plane, range, words, type Point} from '../plane.js';

const LENGTH = 40;
const ATOMS = 24;
const PENALTY = 0.3;
const size = {width: 220, height: 200};
const SHADES = [COLOURS.blue, COLOURS.orange, COLOURS.green, COLOURS.violet, COLOURS.pink, COLOURS.gold];

/** Signals that are sums of three bumps, with noise. */
function signals(count: number): tf.Tensor2D {
  const random = (seed: number, n: number) => tf.randomUniform([n], 0, 1, 'float32', seed).arraySync() as number[]; // prettier-ignore
  const [places, heights] = [random(1, 3 * count), random(2, 3 * count)];
  const noise = tf.randomNormal([count, LENGTH], 0, 0.05, 'float32', 3);
  const rows = Array.from({length: count}, (_, s) =>
    Array.from({length: LENGTH}, (_, t) =>
      [0, 1, 2].reduce((sum, k) => {
        const at = Math.round(places[3 * s + k] * (ATOMS - 1)) * ((LENGTH - 1) / (ATOMS - 1));
        return sum + (0.5 + heights[3 * s + k]) * Math.exp(-(((t - at) / 2) ** 2));
      }, 0),
    ),
  );
  return tf.add(tf.tensor2d(rows), noise) as unknown as tf.Tensor2D;
}

/** Atoms: bumps at equal distances, each of length 1. */
function bumps(): tf.Tensor2D {
  const at = (k: number) => k * ((LENGTH - 1) / (ATOMS - 1));
  const rows = Array.from({length: LENGTH}, (_, t) =>
    Array.from({length: ATOMS}, (_, k) => Math.exp(-(((t - at(k)) / 2) ** 2))),
  );
  const D = tf.tensor2d(rows);
  return tf.div(D, tf.norm(D, 'euclidean', 0, true)) as unknown as tf.Tensor2D;
}

const code = (D: tf.Tensor2D, x: tf.Tensor2D, l1: number) =>
  new LassoLayer({units: ATOMS, l1, nonNegative: true, weights: [D]}).apply(x) as tf.Tensor2D;

export function figure(): TopLevelSpec {
  const D = bumps();
  const sample = signals(1);
  const penalties = range(0.01, 2.6, 80);
  const path = penalties.map((l1) => code(D, sample, l1).arraySync()[0]);
  const atoms = Array.from({length: ATOMS}, (_, k) => path.map((z, i): Point => [penalties[i], z[k]]));
  const used = atoms.filter((points) => points.some(([, z]) => z > 0.02));
  const z = code(D, sample, PENALTY);
  const fit = tf.matMul(z, D, false, true).arraySync() as number[][];
  const count = z.arraySync()[0].filter((value) => value > 0).length;
  return beside(
    plane(
      `the ${ATOMS} codes of a signal`,
      [
        ...used.map((points, i) => curve(points, {colour: SHADES[i % SHADES.length], width: 2})),
        curve([[PENALTY, 0], [PENALTY, 2.8]], {colour: COLOURS.level, dash: [4, 3], width: 1.5}), // prettier-ignore
      ],
      size,
      {x: {domain: [0, 2.6], title: 'l1, the penalty', ticks: [0, 1, 2]}, y: {domain: [0, 2.8], ticks: [0, 1, 2]}}, // prettier-ignore
    ),
    plane(
      `the signal, from ${count} of ${ATOMS} atoms`,
      [
        dots(sample.arraySync()[0].map((y, t): Point => [t, y]), {colour: COLOURS.pink, width: 40}), // prettier-ignore
        curve(fit[0].map((y, t): Point => [t, y]), {colour: COLOURS.blue}), // prettier-ignore
        words(`l1 = ${PENALTY}`, [39, 1.75], {align: 'right', colour: COLOURS.quiet}),
      ],
      size,
      {x: {domain: [-0.5, 39.5], title: 'time', ticks: [0, 10, 20, 30]}, y: {domain: [-0.3, 1.9], ticks: [0, 1]}}, // prettier-ignore
    ),
  );
}
