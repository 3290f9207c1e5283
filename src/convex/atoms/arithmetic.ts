/** @file Sums, differences and products, element by element, with shapes that broadcast. */
import * as tf from '@tensorflow/tfjs-core';
import {expression, isConstant} from '../expression.js';
import {asExpression, numbers, valuesOf, type ExpressionLike} from '../leaves.js';
import {gathering, scaled} from '../linear-map.js';
import {broadcast, broadcastPlaces, sameShape, type Shape} from '../shape.js';
import {isNonNegative, isNonPositive, signOfProduct} from '../sign.js';
import type {Atom, Expression, Text} from '../types.js';
import {affineAtom} from './affine-atom.js';
import {reshape} from './rearrange.js';
import {sum} from './sums.js';
import {ofRank} from './tensors.js';
import {within} from './within.js';

const inside = ({text, binding}: Text, at: number) => (binding < at ? `(${text})` : text);

const elementwise =
  (op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) =>
  (args: readonly tf.Tensor[], _options: unknown, shape: Shape) =>
    args.map((arg) => ofRank(arg, shape.length)).reduce((a, b) => op(a, b));

export const ADD: Atom = affineAtom({
  name: 'add',
  shape: broadcast,
  linear: (shapes) => shapes.map((shape) => gathering(broadcastPlaces(shape, broadcast(shapes)))),
  evaluate: elementwise((a, b) => tf.add(a, b)),
  text: (args) => ({text: args.map(({text}) => text).join(' + '), binding: 0}),
});

export const SUB: Atom = affineAtom({
  name: 'sub',
  shape: broadcast,
  linear: (shapes) =>
    shapes.map((shape, i) => {
      const map = gathering(broadcastPlaces(shape, broadcast(shapes)));
      return i === 0 ? map : scaled(map, -1);
    }),
  evaluate: elementwise((a, b) => tf.sub(a, b)),
  subtracts: (index) => index === 1,
  text: ([a, b]) => ({text: `${a.text} − ${inside(b, 1)}`, binding: 0}),
});

export const NEG: Atom = affineAtom({
  name: 'neg',
  shape: ([shape]) => shape,
  linear: ([shape]) => [scaled(gathering(broadcastPlaces(shape, shape)), -1)],
  evaluate: ([x]) => tf.neg(x),
  subtracts: () => true,
  text: ([x]) => ({text: `−${inside(x, 1)}`, binding: 0}),
});

export const MUL: Atom = {
  name: 'mul',
  shape: broadcast,
  sign: ([a, b]) => signOfProduct(a.sign, b.sign),
  curvature: (args) => (args.some(isConstant) ? 'affine' : 'unknown'),
  monotonicity: (index, args) => {
    const other = args[1 - index];
    if (isNonNegative(other.sign)) return 'increasing';
    return isNonPositive(other.sign) ? 'decreasing' : 'none';
  },
  evaluate: elementwise((a, b) => tf.mul(a, b)),
  pairs: ([a, b]) => {
    const shape = broadcast([a, b]);
    const [first, second] = [broadcastPlaces(a, shape), broadcastPlaces(b, shape)];
    const products = new Map<number, [number, number][]>();
    first.forEach((place, i) => {
      const list = products.get(place);
      if (list) list.push([second[i], i]);
      else products.set(place, [[second[i], i]]);
    });
    return (place) => products.get(place) ?? [];
  },
  weights: (args, weights) => {
    const [other, of] = isConstant(args[0]) ? args : [args[1], args[0]];
    return summedTo(mul(other, weights), of.shape);
  },
  text: ([a, b]) => ({text: `${inside(a, 1)} · ${inside(b, 1)}`, binding: 1}),
};

export const RECIPROCAL: Atom = {
  name: 'reciprocal',
  shape: ([shape]) => shape,
  sign: ([{sign}]) => sign,
  curvature: () => 'unknown',
  monotonicity: () => 'none',
  evaluate: ([x]) =>
    within(
      (divisor) => tf.notEqual(divisor, 0),
      x,
      (divisor) => tf.reciprocal(divisor),
    ),
  text: ([x]) => ({text: `1 / ${inside(x, 2)}`, binding: 1}),
};

/** x + y + …, element by element. @throws If the shapes do not broadcast. */
export function add(...terms: readonly ExpressionLike[]): Expression {
  if (terms.length === 0) throw new Error('convex.add: there is nothing to add.');
  const args = terms.map((term) => asExpression('convex.add', term));
  return args.length === 1 ? args[0] : expression(ADD, args);
}

/** x − y, element by element. @throws If the shapes do not broadcast. */
export function sub(x: ExpressionLike, y: ExpressionLike): Expression {
  return expression(SUB, [asExpression('convex.sub', x), asExpression('convex.sub', y)]);
}

/** −x. (For the part of x that is negative, see `negativePart`.) */
export function neg(x: ExpressionLike): Expression {
  return expression(NEG, [asExpression('convex.neg', x)]);
}

/** x · y, element by element; at least one of them without variables. @throws If the shapes do not broadcast. */
export function mul(x: ExpressionLike, y: ExpressionLike): Expression {
  return expression(MUL, [asExpression('convex.mul', x), asExpression('convex.mul', y)]);
}

/** x / y, element by element, for a y without variables. @throws If the shapes do not broadcast, or if y has variables or a zero. */
export function div(x: ExpressionLike, y: ExpressionLike): Expression {
  const [top, bottom] = [asExpression('convex.div', x), asExpression('convex.div', y)];
  const values = valuesOf(bottom);
  if (values?.includes(0)) throw new Error('convex.div: the divisor has a zero.');
  if (values)
    return mul(
      top,
      numbers(
        values.map((value) => 1 / value),
        bottom.shape,
      ),
    );
  if (!isConstant(bottom)) {
    throw new Error('convex.div: the divisor has variables; quadOverLin is ‖x‖² / y.');
  }
  return mul(top, expression(RECIPROCAL, [bottom]));
}

/** The sum of what broadcasts to one entry: the transpose of broadcasting from `shape`. */
function summedTo(x: Expression, shape: Shape): Expression {
  let result = x;
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    const own = axis - x.shape.length + shape.length;
    if (own < 0 || (shape[own] === 1 && x.shape[axis] !== 1)) result = sum(result, axis);
  }
  return sameShape(result.shape, shape) ? result : reshape(result, shape);
}
