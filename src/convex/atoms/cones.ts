/** @file Functions that second-order and semidefinite cones represent: the 2-norm, geometric means, eigenvalues. */
import * as tf from '@tensorflow/tfjs-core';
import {eigh} from '../../linalg/index.js';
import {awayFromZero, expression} from '../expression.js';
import {asExpression, numbers, type ExpressionLike} from '../leaves.js';
import {broadcast, shapeText, sizeOf} from '../shape.js';
import {signOfMagnitude} from '../sign.js';
import type {Atom, Expression, Sink} from '../types.js';
import {add, mul, sub} from './arithmetic.js';
import {checkSquare, trace} from './matrices.js';
import {mirrored} from './mirrored.js';
import {concat, gather, reshape, transpose} from './rearrange.js';
import {ofRank} from './tensors.js';
import {isPositive, within} from './within.js';

/** A symmetric matrix of new variables, a number for each pair of places. */
function symmetric(n: number, sink: Sink): Expression {
  const triangle = sink.variable([(n * (n + 1)) / 2]);
  const places = Array.from({length: n * n}, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    const [low, high] = [Math.min(i, j), Math.max(i, j)];
    return (high * (high + 1)) / 2 + low;
  });
  return reshape(gather(triangle, places), [n, n]);
}

/** The eigenvalues of the symmetric part of matrices [B, n, n], in rising order. */
function eigenvalues(x: tf.Tensor): tf.Tensor {
  return eigh(tf.mul(0.5, tf.add(x, tf.transpose(x, [0, 2, 1])))).eigenvalues;
}

export const NORM2: Atom = {
  name: 'norm2',
  shape: () => [],
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: (_index, [x]) => awayFromZero(x),
  evaluate: ([x]) => {
    const squares = tf.sum(tf.square(tf.reshape(x, [x.shape[0], -1])), 1);
    return within(isPositive, squares, (positive) => tf.sqrt(positive));
  },
  graph: ([x], _options, sink) => {
    const t = sink.variable([]);
    sink.secondOrder(reshape(t, [1]), reshape(x, [1, x.size]));
    return t;
  },
};

export const GEOMETRIC_MEAN: Atom = {
  name: 'geometricMean',
  shape: broadcast,
  sign: () => 'nonNegative',
  curvature: () => 'concave',
  monotonicity: () => 'increasing',
  evaluate: ([x, y], _options, shape) => {
    const product = tf.mul(ofRank(x, shape.length), ofRank(y, shape.length));
    return within(isPositive, product, (positive) => tf.sqrt(positive));
  },
  text: ([x, y]) => ({
    text: y.text === '1' ? `sqrt(${x.text})` : `geometricMean(${x.text}, ${y.text})`,
    binding: 2,
  }),
  // t² ≤ x y: ‖(2t, x − y)‖ ≤ x + y.
  graph: ([x, y], _options, sink) => {
    const shape = broadcast([x.shape, y.shape]);
    const size = sizeOf(shape);
    const t = sink.variable(shape);
    const column = (part: Expression) => reshape(part, [size, 1]);
    sink.secondOrder(reshape(add(x, y), [size]), concat([column(mul(2, t)), column(sub(x, y))], 1));
    return t;
  },
};

export const LAMBDA_MAX: Atom = {
  name: 'lambdaMax',
  shape: ([shape]) => {
    checkSquare(shape);
    return [];
  },
  sign: () => 'unknown',
  curvature: () => 'convex',
  monotonicity: () => 'none',
  evaluate: ([x]) => tf.max(eigenvalues(x), 1),
  graph: ([x], _options, sink) => {
    const t = sink.variable([]);
    sink.semidefinite(sub(mul(t, identity(x.shape[0])), x));
    return t;
  },
};

export const LAMBDA_MIN: Atom = mirrored(LAMBDA_MAX, 'lambdaMin');

export const NUCLEAR_NORM: Atom = {
  name: 'nuclearNorm',
  shape: ([shape]) => {
    if (shape.length === 2) return [];
    throw new Error(`expected a matrix, got the shape ${shapeText(shape)}`);
  },
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: () => 'none',
  // The eigenvalues of [0 X; Xᵀ 0] are the singular values and their negatives.
  evaluate: ([x]) => {
    const [batch, m, n] = x.shape as [number, number, number];
    const above = tf.concat([tf.zeros([batch, m, m]), x], 2);
    const below = tf.concat([tf.transpose(x, [0, 2, 1]), tf.zeros([batch, n, n])], 2);
    return tf.mul(0.5, tf.sum(tf.abs(eigenvalues(tf.concat([above, below], 1))), 1));
  },
  graph: ([x], _options, sink) => {
    const [m, n] = x.shape;
    const [V, W] = [symmetric(m, sink), symmetric(n, sink)];
    sink.semidefinite(concat([concat([V, x], 1), concat([transpose(x), W], 1)], 0));
    return mul(0.5, add(trace(V), trace(W)));
  },
};

/** The identity matrix. */
function identity(n: number): Expression {
  return numbers(
    Array.from({length: n * n}, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  );
}

/** √(Σ xᵢ²) over all entries; of a matrix, the Frobenius norm. Convex. */
export function norm2(x: ExpressionLike): Expression {
  return expression(NORM2, [asExpression('convex.norm2', x)]);
}

/** √(x y), element by element, for x, y ≥ 0, which it implies. Concave. @throws If the shapes do not broadcast. */
export function geometricMean(x: ExpressionLike, y: ExpressionLike): Expression {
  const where = 'convex.geometricMean';
  return expression(GEOMETRIC_MEAN, [asExpression(where, x), asExpression(where, y)]);
}

/** √x, element by element, for x ≥ 0, which it implies. Concave. */
export function sqrt(x: ExpressionLike): Expression {
  const of = asExpression('convex.sqrt', x);
  return expression(GEOMETRIC_MEAN, [of, numbers([1], [])]);
}

/** The largest eigenvalue of the symmetric part of a matrix. Convex. @throws If the matrix is not square. */
export function lambdaMax(x: ExpressionLike): Expression {
  return expression(LAMBDA_MAX, [asExpression('convex.lambdaMax', x)]);
}

/** The smallest eigenvalue of the symmetric part of a matrix. Concave. @throws If the matrix is not square. */
export function lambdaMin(x: ExpressionLike): Expression {
  return expression(LAMBDA_MIN, [asExpression('convex.lambdaMin', x)]);
}

/** The sum of the singular values of a matrix. Convex. @throws If it is not a matrix. */
export function nuclearNorm(x: ExpressionLike): Expression {
  return expression(NUCLEAR_NORM, [asExpression('convex.nuclearNorm', x)]);
}
