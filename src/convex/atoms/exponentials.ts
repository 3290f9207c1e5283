/**
 * @file Functions whose rules are known, but whose cones (exponential, power) no solver here has yet. Of parameters alone they can be
 * computed.
 */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {expression} from '../expression.js';
import {asExpression, numbers, type ExpressionLike} from '../leaves.js';
import {isNonNegative} from '../sign.js';
import type {Atom, Expression} from '../types.js';
import {geometricMean} from './cones.js';
import {square} from './quadratics.js';
import {axesOf, withoutAxis} from './sums.js';
import {isPositive, within} from './within.js';

/** An atom without a `graph`, since there is no cone for it. */
function withoutCone(name: string, cone: string, atom: Omit<Atom, 'name' | 'graph'>): Atom {
  return {
    ...atom,
    name,
    graph: () => {
      throw new Error(
        `convex.${name}: it needs the ${cone} cone, which no solver here has yet. Of parameters and numbers alone it can be computed.`,
      );
    },
  };
}

export const EXP: Atom = withoutCone('exp', 'exponential', {
  shape: ([shape]) => shape,
  sign: () => 'nonNegative',
  curvature: () => 'convex',
  monotonicity: () => 'increasing',
  evaluate: ([x]) => tf.exp(x),
});

export const LOG: Atom = withoutCone('log', 'exponential', {
  shape: ([shape]) => shape,
  sign: () => 'unknown',
  curvature: () => 'concave',
  monotonicity: () => 'increasing',
  evaluate: ([x]) => within(isPositive, x, (positive) => tf.log(positive)),
});

export const ENTROPY: Atom = withoutCone('entropy', 'exponential', {
  shape: ([shape]) => shape,
  sign: () => 'unknown',
  curvature: () => 'concave',
  monotonicity: () => 'none',
  evaluate: ([x]) => {
    const f = (positive: tf.Tensor) => tf.neg(tf.mul(positive, tf.log(positive)));
    // Its limit at zero is zero.
    const isZero = offTape(() => tf.equal(x, 0));
    return tf.where(isZero, tf.zerosLike(x), within(isPositive, x, f));
  },
});

export const LOG_SUM_EXP: Atom = withoutCone('logSumExp', 'exponential', {
  shape: withoutAxis,
  sign: () => 'unknown',
  curvature: () => 'convex',
  monotonicity: () => 'increasing',
  evaluate: ([x], options) => tf.logSumExp(x, axesOf(x, options)),
});

export const POWER: Atom = withoutCone('power', 'power', {
  shape: ([shape], {exponent}) => {
    if (Number.isFinite(exponent)) return shape;
    throw new Error(`the exponent must be a finite number, got ${String(exponent)}`);
  },
  sign: () => 'nonNegative',
  curvature: (_args, {exponent}) =>
    (exponent as number) > 0 && (exponent as number) < 1 ? 'concave' : 'convex',
  monotonicity: (_index, [{sign}], {exponent}) => {
    if ((exponent as number) < 0) return 'decreasing';
    return (exponent as number) < 1 || isNonNegative(sign) ? 'increasing' : 'none';
  },
  evaluate: ([x], {exponent}) => within(isPositive, x, (positive) => tf.pow(positive, exponent as number)),
});

/** eˣ, element by element. Convex. Needs the exponential cone, which is not there yet. */
export function exp(x: ExpressionLike): Expression {
  return expression(EXP, [asExpression('convex.exp', x)]);
}

/** log x, element by element. Concave. Needs the exponential cone, which is not there yet. */
export function log(x: ExpressionLike): Expression {
  return expression(LOG, [asExpression('convex.log', x)]);
}

/** −x log x, element by element. Concave. Needs the exponential cone, which is not there yet. */
export function entropy(x: ExpressionLike): Expression {
  return expression(ENTROPY, [asExpression('convex.entropy', x)]);
}

/** log Σ exp xᵢ along an axis; default: over all entries. Convex. Needs the exponential cone, which is not there yet. */
export function logSumExp(x: ExpressionLike, axis: number | null = null): Expression {
  return expression(LOG_SUM_EXP, [asExpression('convex.logSumExp', x)], {axis});
}

/**
 * xᵖ, element by element, for x ≥ 0 unless p is 1 or 2: convex for p ≥ 1 and p < 0, concave for 0 < p < 1. The exponents 1, 2 and ½ can be
 * solved; others need the power cone, which is not there yet.
 *
 * @throws If p is not a finite number.
 */
export function power(x: ExpressionLike, p: number): Expression {
  const of = asExpression('convex.power', x);
  if (p === 1) return of;
  if (p === 2) return square(of);
  if (p === 0.5) return geometricMean(of, numbers([1], []));
  return expression(POWER, [of], {exponent: p});
}
