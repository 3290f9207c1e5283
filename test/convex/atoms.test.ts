/** @file Each atom of the modelling language: what it stands for in a problem equals its value. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {convex} from '../../src/index.js';

const {equal, parameter, problem, sum, variable} = convex;

type Expression = convex.Expression;

interface Case {
  of: (x: Expression) => Expression;
  shape: number[];
  at: number[];
  /** The value, computed by hand. */
  value: number;
}

const V = [1.5, -0.5, 2, -3];
const M = [2, 1, -1, 0.5, 1, 3];
const S = [2, 0.5, 0.5, -1];

/** Convex or concave: the value of its sum at a point. */
const CASES: Record<string, Case> = {
  abs: {of: convex.abs, shape: [4], at: V, value: 7},
  pos: {of: convex.pos, shape: [4], at: V, value: 3.5},
  negativePart: {of: convex.negativePart, shape: [4], at: V, value: 3.5},
  norm1: {of: convex.norm1, shape: [4], at: V, value: 7},
  normInf: {of: convex.normInf, shape: [4], at: V, value: 3},
  max: {of: (x) => convex.max(x), shape: [4], at: V, value: 2},
  'max of rows': {of: (x) => convex.max(x, 1), shape: [2, 3], at: M, value: 5},
  min: {of: (x) => convex.min(x), shape: [4], at: V, value: -3},
  'min of columns': {of: (x) => convex.min(x, 0), shape: [2, 3], at: M, value: 0.5 + 1 - 1},
  maximum: {of: (x) => convex.maximum(x, 1, convex.neg(x)), shape: [4], at: V, value: 7.5},
  minimum: {of: (x) => convex.minimum(x, 1), shape: [4], at: V, value: -1.5},
  huber: {of: (x) => convex.huber(x), shape: [4], at: V, value: 2 + 0.25 + 3 + 5},
  'huber, wide': {of: (x) => convex.huber(x, 2), shape: [4], at: V, value: 2.25 + 0.25 + 4 + 8},
  sumLargest: {of: (x) => convex.sumLargest(x, 2), shape: [4], at: V, value: 3.5},
  totalVariation: {of: convex.totalVariation, shape: [4], at: V, value: 2 + 2.5 + 5},
  'totalVariation of a matrix': {
    ...{of: convex.totalVariation, shape: [2, 3], at: M},
    value: 1.5 + 0 + 4 + (1 + 2) + (0.5 + 2),
  },
  piecewiseLinear: {
    of: (x) => convex.piecewiseLinear(x, {slopes: [-1, 2], intercepts: [0, 1]}),
    ...{shape: [4], at: V},
    value: 4 + 0.5 + 5 + 3,
  },
  square: {of: convex.square, shape: [4], at: V, value: 15.5},
  sumSquares: {of: convex.sumSquares, shape: [4], at: V, value: 15.5},
  quadForm: {
    of: (x) =>
      convex.quadForm(x, [
        [2, 1],
        [1, 3],
      ]),
    ...{shape: [2], at: [1, -2], value: 2 - 4 + 12},
  },
  quadOverLin: {
    of: (x) => convex.quadOverLin(convex.slice(x, 0, 2), convex.slice(x, 2, 1)),
    ...{shape: [3], at: [1, -2, 4], value: 1.25},
  },
  norm2: {of: convex.norm2, shape: [4], at: V, value: Math.sqrt(15.5)},
  geometricMean: {
    of: (x) => convex.geometricMean(convex.slice(x, 0, 1), convex.slice(x, 1, 1)),
    ...{shape: [2], at: [2, 8], value: 4},
  },
  sqrt: {of: convex.sqrt, shape: [2], at: [4, 9], value: 5},
  lambdaMax: {of: convex.lambdaMax, shape: [2, 2], at: S, value: 0.5 + Math.sqrt(2.25 + 0.25)},
  lambdaMin: {of: convex.lambdaMin, shape: [2, 2], at: S, value: 0.5 - Math.sqrt(2.25 + 0.25)},
  nuclearNorm: {of: convex.nuclearNorm, shape: [2, 2], at: [3, 0, 0, -4], value: 7},
  cumsum: {of: (x) => convex.abs(convex.cumsum(x)), shape: [4], at: V, value: 1.5 + 1 + 3 + 0},
  diff: {of: (x) => convex.abs(convex.diff(x)), shape: [4], at: V, value: 9.5},
  convolution: {
    of: (x) => convex.abs(convex.convolution([1, -1], x)),
    ...{shape: [4], at: V, value: 1.5 + 2 + 2.5 + 5 + 3},
  },
  mean: {of: (x) => convex.abs(convex.mean(x, 0)), shape: [2, 3], at: M, value: 1.25 + 1 + 1},
  transpose: {of: (x) => convex.max(convex.transpose(x), 1), shape: [2, 3], at: M, value: 2 + 1 + 3},
  gather: {of: (x) => convex.abs(convex.gather(x, [3, 0])), shape: [4], at: V, value: 4.5},
  stack: {of: (x) => convex.max(convex.stack([x, convex.neg(x)]), 0), shape: [4], at: V, value: 7},
  diag: {of: (x) => convex.abs(convex.diag(x)), shape: [2, 2], at: S, value: 3},
  'diag of a vector': {of: (x) => convex.abs(convex.diag(x)), shape: [2], at: [1, -2], value: 3},
  'mul by numbers': {
    of: (x) => convex.abs(convex.mul([1, 2, -1, 0.5], x)),
    shape: [4],
    at: V,
    value: 1.5 + 1 + 2 + 1.5,
  },
  'matMul from the left': {
    of: (x) =>
      convex.abs(
        convex.matMul(
          [
            [1, 2, 0, 1],
            [0, 1, 1, 0],
          ],
          x,
        ),
      ),
    shape: [4],
    at: V,
    value: 2.5 + 1.5,
  },
  'matMul from the right': {
    of: (x) => convex.abs(convex.matMul(x, [1, 2, 1])),
    shape: [2, 3],
    at: M,
    value: 3 + 5.5,
  },
  div: {of: (x) => convex.abs(convex.div(x, 2)), shape: [4], at: V, value: 3.5},
};

describe('atoms of the modelling language', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  for (const [name, {of, shape, at, value}] of Object.entries(CASES)) {
    it(`${name} in a problem has the value that it has on paper`, () => {
      tf.tidy(() => {
        const x = variable('x', shape);
        const x0 = parameter('x0', shape);
        const total = sum(of(x));
        const sense = total.curvature === 'concave' ? {maximize: total} : {minimize: total};
        const fixed = problem({...sense, subjectTo: [equal(x, x0)]});
        const given = tf.tensor(at, shape);
        // Tensors evaluate it at the solution; the multipliers know the graph form alone.
        const found = fixed.solve({x0: given});
        assert.equal(found.status.dataSync()[0], 0);
        assert.closeTo(found.value.dataSync()[0], value, 1e-4 * Math.max(1, Math.abs(value)));
      });
    });

    it(`${name}: relaxing what fixes it gains what the value gains`, () => {
      tf.tidy(() => {
        const x = variable('x', shape);
        const x0 = parameter('x0', shape);
        const t = variable('t');
        const total = sum(of(x));
        const isConcave = total.curvature === 'concave';
        // The bound is an expression of the graph form alone, so t is its value.
        const bounded = problem({
          ...(isConcave ? {maximize: t} : {minimize: t}),
          subjectTo: [isConcave ? convex.lessEqual(t, total) : convex.lessEqual(total, t), equal(x, x0)],
        });
        const {variables, status} = bounded.solve({x0: tf.tensor(at, shape)});
        assert.equal(status.dataSync()[0], 0);
        assert.closeTo(variables.t.dataSync()[0], value, 1e-4 * Math.max(1, Math.abs(value)));
      });
    });
  }
});
