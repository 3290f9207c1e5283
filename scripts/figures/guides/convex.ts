/** @file Two plants and a demand: the plan that a problem written as on paper gives, and the price of one more unit. */
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {convex, ConvexLayer} from '../../../src/index.js';
import {COLOURS} from '../look.js';
import {lines, plane, range, type Point, beside} from '../plane.js';

const size = {width: 220, height: 200};

export function figure(): TopLevelSpec {
  const power = convex.variable('power', [2], {sign: 'nonNegative'});
  const demand = convex.parameter('demand');
  const price = convex.parameter('price', [2]);
  const problem = convex.problem({
    minimize: convex.add(convex.sum(convex.mul(price, power)), convex.mul(0.5, convex.sumSquares(power))),
    subjectTo: [
      convex.equal(convex.sum(power), demand, {name: 'balance'}),
      convex.lessEqual(power, [3, 2], {name: 'capacity'}),
    ],
  });
  const layer = new ConvexLayer({
    problem,
    inputs: ['demand'],
    constants: {price: [2, 1]},
    duals: ['balance'],
  });
  const demands = range(0.05, 4.9, 98);
  const [plan, dual] = layer.apply(tf.tensor2d(demands, [demands.length, 1]).reshape([demands.length])) as tf.Tensor[]; // prettier-ignore
  const plans = plan.arraySync() as number[][];
  const prices = [...dual.dataSync()];
  const line = (value: (i: number) => number) => demands.map((d, i): Point => [d, value(i)]);
  const axis = {domain: [0, 5] as [number, number], title: 'demand (the input)', ticks: [0, 1, 2, 3, 4, 5]};
  return beside(
    plane(
      'the plan of two plants',
      [
        lines(
          [
            {name: 'plant 1', colour: COLOURS.blue, points: line((i) => plans[i][0])},
            {name: 'plant 2: cheaper, smaller', colour: COLOURS.orange, points: line((i) => plans[i][1])},
          ],
          1,
        ),
      ],
      size,
      {x: axis, y: {domain: [0, 3.1], ticks: [0, 1, 2, 3]}},
    ),
    plane(
      'the price of one more unit',
      [lines([{name: 'multiplier of the balance', colour: COLOURS.pink, points: line((i) => Math.abs(prices[i]))}])], // prettier-ignore
      size,
      {x: axis, y: {domain: [0, 5.2], ticks: [0, 1, 2, 3, 4, 5]}},
    ),
  );
}
