/** @file Functions of pieces that are linear: the sum of the largest entries, and the largest of several lines. */
import * as tf from '@tensorflow/tfjs-core';
import {expression} from '../expression.js';
import {asExpression, type ExpressionLike} from '../leaves.js';
import type {Atom, Expression} from '../types.js';
import {add, mul, neg, sub} from './arithmetic.js';
import {sum} from './sums.js';

export const SUM_LARGEST: Atom = {
  name: 'sumLargest',
  shape: ([shape], {k}) => {
    const size = shape.reduce((product, length) => product * length, 1);
    if (Number.isInteger(k) && (k as number) >= 1 && (k as number) <= size) return [];
    throw new Error(`k must be an integer from 1 to ${size}, got ${String(k)}`);
  },
  sign: ([{sign}]) => sign,
  curvature: () => 'convex',
  monotonicity: () => 'increasing',
  evaluate: ([x], {k}) => {
    const rows = tf.reshape(x, [x.shape[0], -1]);
    return tf.sum(tf.topk(rows, k as number).values, 1);
  },
  // The smallest k q + Σ max(x − q, 0) over q.
  graph: ([x], {k}, sink) => {
    const q = sink.variable([]);
    const z = sink.variable(x.shape);
    sink.atMostZero(sub(sub(x, q), z));
    sink.atMostZero(neg(z));
    return add(mul(k as number, q), sum(z));
  },
};

export const PIECEWISE_LINEAR: Atom = {
  name: 'piecewiseLinear',
  shape: ([shape], options) => {
    const [slopes, intercepts] = [options.slopes as number[], options.intercepts as number[]];
    const isList = (list: unknown) =>
      Array.isArray(list) && list.length > 0 && list.every((value) => Number.isFinite(value));
    if (isList(slopes) && isList(intercepts) && slopes.length === intercepts.length) return shape;
    throw new Error('slopes and intercepts must be arrays of finite numbers, as many of each');
  },
  sign: (_args, options) =>
    (options.slopes as number[]).some((slope, i) => slope === 0 && (options.intercepts as number[])[i] >= 0)
      ? 'nonNegative'
      : 'unknown',
  curvature: () => 'convex',
  monotonicity: (_index, _args, options) => {
    const slopes = options.slopes as number[];
    if (slopes.every((slope) => slope >= 0)) return 'increasing';
    return slopes.every((slope) => slope <= 0) ? 'decreasing' : 'none';
  },
  evaluate: ([x], options) => {
    const intercepts = options.intercepts as number[];
    const lines = (options.slopes as number[]).map((slope, i) => tf.add(tf.mul(slope, x), intercepts[i]));
    return lines.reduce((a, b) => tf.maximum(a, b));
  },
  graph: ([x], options, sink) => {
    const t = sink.variable(x.shape);
    const intercepts = options.intercepts as number[];
    (options.slopes as number[]).forEach((slope, i) => {
      sink.atMostZero(sub(add(mul(slope, x), intercepts[i]), t));
    });
    return t;
  },
};

/** The sum of the k largest entries. Convex. @throws If there are not so many. */
export function sumLargest(x: ExpressionLike, k: number): Expression {
  return expression(SUM_LARGEST, [asExpression('convex.sumLargest', x)], {k});
}

/**
 * maxᵢ (slopesᵢ x + interceptsᵢ), element by element. Convex.
 *
 *     piecewiseLinear(x, {slopes: [-1, 2], intercepts: [0, 0]})   // max(−x, 2x): a quantile loss
 *
 * @throws If there are not as many slopes as intercepts.
 */
export function piecewiseLinear(
  x: ExpressionLike,
  lines: {slopes: readonly number[]; intercepts: readonly number[]},
): Expression {
  const options = {slopes: [...lines.slopes], intercepts: [...lines.intercepts]};
  return expression(PIECEWISE_LINEAR, [asExpression('convex.piecewiseLinear', x)], options);
}
