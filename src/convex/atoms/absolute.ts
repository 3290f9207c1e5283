/** @file Absolute values, positive and negative parts, and the norms that are made of them. */
import * as tf from '@tensorflow/tfjs-core';
import {awayFromZero, expression} from '../expression.js';
import {asExpression, type ExpressionLike} from '../leaves.js';
import {shapeText} from '../shape.js';
import {isNonNegative, isNonPositive, signOfMagnitude} from '../sign.js';
import type {Atom, Expression, Text} from '../types.js';
import {add, neg, sub} from './arithmetic.js';
import {diff} from './differences.js';
import {sum} from './sums.js';
import {axesBehind, differences} from './tensors.js';

export const ABS: Atom = {
  name: 'abs',
  shape: ([shape]) => shape,
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: (_index, [x]) => awayFromZero(x),
  evaluate: ([x]) => tf.abs(x),
  graph: ([x], _options, sink) => {
    const t = sink.variable(x.shape);
    sink.atMostZero(sub(x, t));
    sink.atMostZero(neg(add(x, t)));
    return t;
  },
  text: ([{text}]: readonly Text[]) => ({text: `|${text}|`, binding: 2}),
};

export const POS: Atom = {
  name: 'pos',
  shape: ([shape]) => shape,
  sign: ([{sign}]) => (isNonPositive(sign) ? 'zero' : 'nonNegative'),
  curvature: () => 'convex',
  monotonicity: () => 'increasing',
  evaluate: ([x]) => tf.relu(x),
  graph: ([x], _options, sink) => {
    const t = sink.variable(x.shape);
    sink.atMostZero(sub(x, t));
    sink.atMostZero(neg(t));
    return t;
  },
};

export const NEGATIVE_PART: Atom = {
  name: 'negativePart',
  shape: ([shape]) => shape,
  sign: ([{sign}]) => (isNonNegative(sign) ? 'zero' : 'nonNegative'),
  curvature: () => 'convex',
  monotonicity: () => 'decreasing',
  evaluate: ([x]) => tf.relu(tf.neg(x)),
  graph: ([x], options, sink) => POS.graph!([neg(x)], options, sink),
};

export const NORM1: Atom = {
  name: 'norm1',
  shape: () => [],
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: (_index, [x]) => awayFromZero(x),
  evaluate: ([x]) => tf.sum(tf.abs(x), axesBehind(x)),
  graph: (args, options, sink) => sum(ABS.graph!(args, options, sink)),
};

export const NORM_INF: Atom = {
  name: 'normInf',
  shape: () => [],
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: (_index, [x]) => awayFromZero(x),
  evaluate: ([x]) => tf.max(tf.abs(x), axesBehind(x)),
  graph: ([x], _options, sink) => {
    const t = sink.variable([]);
    sink.atMostZero(sub(x, t));
    sink.atMostZero(neg(add(x, t)));
    return t;
  },
};

export const TOTAL_VARIATION: Atom = {
  name: 'totalVariation',
  shape: ([shape]) => {
    if ((shape.length === 1 || shape.length === 2) && shape.some((size) => size > 1)) return [];
    throw new Error(`expected a vector or a matrix with neighbours, got the shape ${shapeText(shape)}`);
  },
  sign: () => 'nonNegative',
  curvature: () => 'convex',
  monotonicity: () => 'none',
  evaluate: ([x]) => {
    const axes = axesBehind(x).filter((axis) => x.shape[axis] > 1);
    const sums = axes.map((axis) => tf.sum(tf.abs(differences(x, axis)), axesBehind(x)));
    return sums.reduce((a, b) => tf.add(a, b));
  },
  graph: ([x], options, sink) => {
    const axes = x.shape.map((_, axis) => axis).filter((axis) => x.shape[axis] > 1);
    return add(...axes.map((axis) => NORM1.graph!([diff(x, axis)], options, sink)));
  },
};

/** |x|, element by element. Convex. */
export function abs(x: ExpressionLike): Expression {
  return expression(ABS, [asExpression('convex.abs', x)]);
}

/** max(x, 0), element by element. Convex. */
export function pos(x: ExpressionLike): Expression {
  return expression(POS, [asExpression('convex.pos', x)]);
}

/** max(−x, 0), element by element. Convex. (−x is `neg`.) */
export function negativePart(x: ExpressionLike): Expression {
  return expression(NEGATIVE_PART, [asExpression('convex.negativePart', x)]);
}

/** Σ |xᵢ| over all entries. Convex. */
export function norm1(x: ExpressionLike): Expression {
  return expression(NORM1, [asExpression('convex.norm1', x)]);
}

/** max |xᵢ| over all entries. Convex. */
export function normInf(x: ExpressionLike): Expression {
  return expression(NORM_INF, [asExpression('convex.normInf', x)]);
}

/**
 * Σ |xᵢ₊₁ − xᵢ| of a vector; of a matrix, the same along both axes (anisotropic). Convex.
 *
 * @throws If x is neither, or has no neighbours.
 * @see Rudin, Osher & Fatemi 1992, Nonlinear total variation based noise removal algorithms.
 */
export function totalVariation(x: ExpressionLike): Expression {
  return expression(TOTAL_VARIATION, [asExpression('convex.totalVariation', x)]);
}
