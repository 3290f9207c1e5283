/** @file Largest and smallest entries. */
import * as tf from '@tensorflow/tfjs-core';
import {expression} from '../expression.js';
import {asExpression, type ExpressionLike} from '../leaves.js';
import {broadcast} from '../shape.js';
import {isNonNegative, isNonPositive, type Sign} from '../sign.js';
import type {Atom, Expression} from '../types.js';
import {sub} from './arithmetic.js';
import {mirrored} from './mirrored.js';
import {gather, reshape} from './rearrange.js';
import {axesOf, groupsOf, withoutAxis} from './sums.js';
import {ofRank} from './tensors.js';

/** The sign of the largest of entries, of which each argument has at least one. */
function signOfLargest(args: readonly Expression[]): Sign {
  const signs = args.map(({sign}) => sign);
  if (signs.every((sign) => sign === 'zero')) return 'zero';
  if (signs.some(isNonNegative)) return 'nonNegative';
  return signs.every(isNonPositive) ? 'nonPositive' : 'unknown';
}

export const MAX: Atom = {
  name: 'max',
  shape: withoutAxis,
  sign: signOfLargest,
  curvature: () => 'convex',
  monotonicity: () => 'increasing',
  evaluate: ([x], options) => tf.max(x, axesOf(x, options)),
  graph: ([x], options, sink) => {
    const t = sink.variable(withoutAxis([x.shape], options));
    const groups = groupsOf(x.shape, options);
    sink.atMostZero(sub(reshape(x, [x.size]), gather(reshape(t, [t.size]), Array.from(groups))));
    return t;
  },
};

export const MAXIMUM: Atom = {
  name: 'maximum',
  shape: broadcast,
  sign: signOfLargest,
  curvature: () => 'convex',
  monotonicity: () => 'increasing',
  evaluate: (args, _options, shape) => {
    const largest = args.map((arg) => ofRank(arg, shape.length)).reduce((a, b) => tf.maximum(a, b));
    return tf.add(largest, tf.zeros([1, ...shape]));
  },
  graph: (args, _options, sink) => {
    const t = sink.variable(broadcast(args.map(({shape}) => shape)));
    for (const arg of args) sink.atMostZero(sub(arg, t));
    return t;
  },
};

export const MIN: Atom = mirrored(MAX, 'min');

export const MINIMUM: Atom = mirrored(MAXIMUM, 'minimum');

/** The largest entry along an axis; default: of all entries. Convex. @throws If there is no such axis. */
export function max(x: ExpressionLike, axis: number | null = null): Expression {
  return expression(MAX, [asExpression('convex.max', x)], {axis});
}

/** The smallest entry along an axis; default: of all entries. Concave. @throws If there is no such axis. */
export function min(x: ExpressionLike, axis: number | null = null): Expression {
  return expression(MIN, [asExpression('convex.min', x)], {axis});
}

/** The largest of several expressions, element by element. Convex. @throws If the shapes do not broadcast. */
export function maximum(...terms: readonly ExpressionLike[]): Expression {
  if (terms.length === 0) throw new Error('convex.maximum: there is nothing to compare.');
  return expression(
    MAXIMUM,
    terms.map((term) => asExpression('convex.maximum', term)),
  );
}

/** The smallest of several expressions, element by element. Concave. @throws If the shapes do not broadcast. */
export function minimum(...terms: readonly ExpressionLike[]): Expression {
  if (terms.length === 0) throw new Error('convex.minimum: there is nothing to compare.');
  return expression(
    MINIMUM,
    terms.map((term) => asExpression('convex.minimum', term)),
  );
}
