/** @file Squares, quadratic forms and Huber's function: quadratic in an objective, second-order cones elsewhere. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {batchedProduct} from '../batched-product.js';
import {awayFromZero, expression, isConstant} from '../expression.js';
import {asExpression, numbers, valuesOf, type ExpressionLike} from '../leaves.js';
import {sameShape, shapeText, sizeOf, type Shape} from '../shape.js';
import {isNonNegative, signOfMagnitude} from '../sign.js';
import type {Atom, Expression, Sink} from '../types.js';
import {abs} from './absolute.js';
import {add, mul, sub} from './arithmetic.js';
import {matMul} from './mat-mul.js';
import {checkSquare} from './matrices.js';
import {concat, reshape} from './rearrange.js';
import {factorOf} from './semidefinite-factor.js';
import {axesBehind} from './tensors.js';
import {isPositive} from './within.js';

/** t with ‖rowᵢ‖² ≤ yᵢ tᵢ for the rows of x [k, n]: ‖(2 row, y − t)‖ ≤ y + t. */
function overLinear(x: Expression, y: Expression, sink: Sink): Expression {
  const [k] = x.shape;
  const t = sink.variable([k]);
  const difference = reshape(sub(y, t), [k, 1]);
  sink.secondOrder(add(y, t), concat([mul(2, x), difference], 1));
  return t;
}

const ones = (shape: Shape) => numbers(new Array<number>(sizeOf(shape)).fill(1), shape);

export const SQUARE: Atom = {
  name: 'square',
  shape: ([shape]) => shape,
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: (_index, [x]) => awayFromZero(x),
  evaluate: ([x]) => tf.square(x),
  graph: ([x], _options, sink) => {
    const column = reshape(x, [x.size, 1]);
    return reshape(overLinear(column, ones([x.size]), sink), x.shape);
  },
  quadratic: ([x], _options, weights) => ({squares: [{of: x, weights}]}),
  text: ([{text, binding}]) => ({text: `${binding < 2 ? `(${text})` : text}²`, binding: 2}),
};

export const SUM_SQUARES: Atom = {
  name: 'sumSquares',
  shape: () => [],
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: (_index, [x]) => awayFromZero(x),
  evaluate: ([x]) => tf.sum(tf.square(x), axesBehind(x)),
  graph: ([x], _options, sink) => reshape(overLinear(reshape(x, [1, x.size]), ones([1]), sink), []),
  quadratic: ([x], _options, weights) => ({squares: [{of: x, weights: mul(weights, ones(x.shape))}]}),
};

export const QUAD_OVER_LIN: Atom = {
  name: 'quadOverLin',
  shape: ([, y]) => {
    if (sizeOf(y) === 1) return [];
    throw new Error(`y must be one number, got the shape ${shapeText(y)}`);
  },
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: (index, [x]) => (index === 0 ? awayFromZero(x) : 'decreasing'),
  evaluate: ([x, y]) => {
    const [squares, divisor] = [tf.sum(tf.square(x), axesBehind(x)), tf.reshape(y, [y.shape[0]])];
    // 0 / 0 is 0 here, the value at the tip of the cone.
    const inside = offTape(() => isPositive(divisor));
    const quotient = tf.div(squares, tf.where(inside, divisor, tf.onesLike(divisor)));
    return tf.where(inside, quotient, tf.zerosLike(quotient));
  },
  graph: ([x, y], _options, sink) => reshape(overLinear(reshape(x, [1, x.size]), reshape(y, [1]), sink), []),
};

export const QUAD_FORM: Atom = {
  name: 'quadForm',
  shape: ([x, P]) => {
    const n = checkSquare(P);
    if (x.length === 1 && x[0] === n) return [];
    throw new Error(`x must be a vector of ${n} entries, got the shape ${shapeText(x)}`);
  },
  sign: () => 'nonNegative',
  curvature: ([, P]) => (isConstant(P) ? 'convex' : 'unknown'),
  monotonicity: (index, [x, P]) => {
    if (index === 0 && isNonNegative(P.sign)) return awayFromZero(x);
    return 'none';
  },
  evaluate: ([x, P]) => tf.sum(tf.mul(batchedProduct(P, tf.expandDims(x, 2)), tf.expandDims(x, 2)), [1, 2]),
  graph: (args, options, sink) => {
    const [x, P] = args;
    const values = valuesOf(P);
    if (!values) {
      throw new Error(
        'convex.quadForm: in a constraint, or with other cones, the matrix must be numbers; with a parameter L and P = LLᵀ, write ' +
          'sumSquares(matMul(transpose(L), x))',
      );
    }
    return SUM_SQUARES.graph!([matMul(factorOf(values, x.size), x)], options, sink);
  },
  quadratic: ([x, P], _options, weights) => ({forms: [{of: x, matrix: mul(reshape(weights, [1, 1]), P)}]}),
};

export const HUBER: Atom = {
  name: 'huber',
  shape: ([shape], {delta}) => {
    if (Number.isFinite(delta) && (delta as number) > 0) return shape;
    throw new Error(`delta must be a positive number, got ${String(delta)}`);
  },
  sign: signOfMagnitude,
  curvature: () => 'convex',
  monotonicity: (_index, [x]) => awayFromZero(x),
  evaluate: ([x], options) => {
    const delta = options.delta as number;
    const inner = tf.clipByValue(x, -delta, delta);
    return tf.add(tf.square(inner), tf.mul(2 * delta, tf.abs(tf.sub(x, inner))));
  },
  // The smallest s² + 2δ|x − s| over s.
  graph: ([x], {delta}, sink) => {
    const s = sink.variable(x.shape);
    const far = abs(sub(x, s));
    return add(SQUARE.graph!([s], {}, sink), mul(2 * (delta as number), far.atom.graph!(far.args, {}, sink)));
  },
  quadratic: ([x], {delta}, weights, sink) => {
    const s = sink.variable(x.shape);
    return {
      squares: [{of: s, weights}],
      rest: [{of: abs(sub(x, s)), weights: mul(2 * (delta as number), weights)}],
    };
  },
};

/** x², element by element. Convex. */
export function square(x: ExpressionLike): Expression {
  return expression(SQUARE, [asExpression('convex.square', x)]);
}

/** Σ xᵢ² over all entries. Convex. */
export function sumSquares(x: ExpressionLike): Expression {
  return expression(SUM_SQUARES, [asExpression('convex.sumSquares', x)]);
}

/** ‖x‖² / y for a number y, which is positive at a solution. Convex. @throws If y has more than one entry. */
export function quadOverLin(x: ExpressionLike, y: ExpressionLike): Expression {
  const args = [asExpression('convex.quadOverLin', x), asExpression('convex.quadOverLin', y)];
  const values = isConstant(args[1]) ? valuesOf(args[1]) : null;
  if (values && values[0] > 0) return mul(sumSquares(args[0]), 1 / values[0]);
  return expression(QUAD_OVER_LIN, args);
}

/**
 * xᵀPx for a vector x and a symmetric positive semidefinite matrix P, numbers or a parameter with `psd: true`. Convex.
 *
 * @throws If P has variables, is not symmetric, or is not positive semidefinite.
 */
export function quadForm(x: ExpressionLike, P: ExpressionLike): Expression {
  const [of, matrix] = [asExpression('convex.quadForm', x), asExpression('convex.quadForm', P)];
  const values = valuesOf(matrix);
  if (values && sameShape(matrix.shape, [of.size, of.size])) factorOf(values, of.size);
  else if (!values && matrix.options.psd !== true) {
    throw new Error(
      'convex.quadForm: the matrix must be numbers, or a parameter that is known to be positive semidefinite: ' +
        'parameter(name, [n, n], {psd: true}).',
    );
  }
  return expression(QUAD_FORM, [of, matrix]);
}

/**
 * Huber's function of each entry: x² where |x| ≤ δ, and 2δ|x| − δ² elsewhere. Convex.
 *
 * @throws If δ is not positive.
 * @see Huber 1964, Robust estimation of a location parameter.
 */
export function huber(x: ExpressionLike, delta = 1): Expression {
  return expression(HUBER, [asExpression('convex.huber', x)], {delta});
}
