/** @file Random rows: how often a free right-hand side leaves no feasible point, and sets that OptNet's form cannot make empty. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {OptNetQP, solveQP} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {curve, dots, lines, plane, polygon, region, words, type Point, beside} from '../plane.js';

const size = {width: 220, height: 220};
const COUNTS = [1, 2, 3, 4, 6, 8, 10, 12, 15];
const SAMPLES = 400;

/** The share of problems that have a feasible point, in %, for rows G and right-hand sides of a normal distribution. */
function shares() {
  const share = (count: number, isFree: boolean): Point => {
    const G = tf.randomNormal([SAMPLES, count, 2], 0, 1, 'float32', 10 + count);
    const h = isFree
      ? tf.randomNormal([SAMPLES, count], 0, 1, 'float32', 50 + count)
      : tf.add(tf.sum(G, 2), 1); // z₀ = 1, s₀ = 1: a new OptNetQP.
    const {status} = solveQP({Q: tf.eye(2), p: tf.zeros([SAMPLES, 2]), G, h}, {onFailure: 'ignore'});
    return [count, (100 * [...status.dataSync()].filter((code) => code === 0).length) / SAMPLES];
  };
  return plane(
    ['random G and h: problems that', 'have a feasible point, in %'],
    [
      lines(
        [
          {name: 'h = Gz₀ + s₀ (OptNetQP)', colour: COLOURS.blue, points: COUNTS.map((n) => share(n, false))},
          {name: 'h free (QPLayer)', colour: COLOURS.orange, points: COUNTS.map((n) => share(n, true))},
        ],
        1,
      ),
    ],
    size,
    {x: {domain: [1, 15], title: 'rows of G', ticks: [1, 5, 10, 15]}, y: {domain: [0, 105], ticks: [0, 25, 50, 75, 100]}},
  ); // prettier-ignore
}

/** The set of a layer before and after it has learned to answer with points of a disc. */
async function sets() {
  const rows = 12;
  const layer = new OptNetQP({inputShape: [2], inequalities: rows, constants: {Q: tf.eye(2)}, seed: 6});
  const model = tf.sequential({layers: [layer]});
  model.compile({optimizer: tf.train.adam(0.05), loss: 'meanSquaredError'});
  const p = tf.randomUniform([300, 2], -3, 3, 'float32', 2);
  const y = tf.div(tf.neg(p), tf.maximum(1, tf.norm(p, 'euclidean', 1, true)));
  const set = (): [Point[], Point] => {
    const [G, z, s] = layer.trainableWeights.map((weight) => weight.read());
    const slack = tf.softplus(s);
    const h = tf.add(tf.squeeze(tf.matMul(G, tf.expandDims(z, 1)), [1]), slack);
    return [
      polygon(G.arraySync() as unknown as Point[], [...h.dataSync()], 3),
      z.arraySync() as unknown as Point,
    ];
  };
  const [before, start] = set();
  await model.fit(p, y, {epochs: 300, shuffle: false, batchSize: 75, verbose: 0});
  const [after, z] = set();
  const circle = polygon(
    Array.from({length: 60}, (_, i): Point => [Math.cos(i / 9.55), Math.sin(i / 9.55)]),
    Array<number>(60).fill(1),
  );
  return plane(
    ['G, z₀ and s₀ learned: the answers', 'should be those of the disc'],
    [
      region(circle),
      curve([...before, before[0]], {colour: COLOURS.orange, dash: [5, 3]}),
      dots([start], {colour: COLOURS.orange}),
      curve([...after, after[0]], {colour: COLOURS.blue}),
      dots([z], {colour: COLOURS.blue}),
      words('z₀ at the start', start, {colour: COLOURS.orange, dx: 8}),
      words('z₀ learned', z, {colour: COLOURS.blue, dx: -4, dy: 14, align: 'center'}),
    ],
    size,
    {x: {domain: [-1.7, 2.3], ticks: false}, y: {domain: [-1.7, 2.3], ticks: false}},
  );
}

export async function figure(): Promise<TopLevelSpec> {
  return beside(shares(), await sets());
}
