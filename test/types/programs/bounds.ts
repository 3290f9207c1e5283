/** @file Quadratic programs with bounds: for all samples or each, one side or both, from options that may be missing, in a layer, on arrays. */
import * as tf from '@tensorflow/tfjs';
import {prepareQP, QPLayer, solveQP, type QPInput} from '../../../src/index.js';

interface Limits {
  lower?: number[];
  upper?: number[];
}

/** The nearest point to each row of `wishes` within the limits. */
function nearest(wishes: tf.Tensor2D, {lower, upper}: Limits = {}): tf.Tensor {
  const problem: QPInput = {Q: tf.eye(wishes.shape[1]), p: tf.neg(wishes), lower, upper};
  return solveQP(problem).x;
}

export function run() {
  const wishes = tf.tensor2d([
    [2, -3],
    [0, 1],
  ]);
  const inside = nearest(wishes, {lower: [-1, -1], upper: [1, Infinity]});
  const {lowerDual, upperDual} = solveQP({
    ...{Q: tf.eye(2), p: tf.neg(wishes)},
    lower: tf.tensor1d([-1, -1]),
    upper: tf.tensor2d([
      [1, 1],
      [0.5, 0.5],
    ]),
  });
  const slope = tf.grad((upper) => tf.sum(solveQP({Q: tf.eye(2), p: tf.neg(wishes), upper}).x))(
    tf.tensor1d([1, 1]),
  );
  const layer = new QPLayer({units: 2, constants: {lower: [0, 0]}});
  const prepared = prepareQP({Q: [[1]], p: [-2], lower: [-Infinity], upper: [1]});
  const {x} = prepared.solve({upper: Float64Array.of(0.5)});
  const perUpper: Float64Array = prepared.gradient([1]).upper;
  const answer = [
    nearest(wishes).arraySync(),
    inside.arraySync(),
    lowerDual.arraySync(),
    upperDual.arraySync(),
    slope.arraySync(),
    [...x, ...perUpper],
    layer.getClassName(),
  ];
  return answer;
}

export const expected = [
  [
    [2, -3],
    [0, 1],
  ],
  [
    [1, -1],
    [0, 1],
  ],
  [
    [0, 2],
    [0, 0],
  ],
  [
    [1, 0],
    [0, 0.5],
  ],
  [1, 1],
  [0.5, 1],
  'QPLayer',
];
