/** @file Sums along axes. */
import * as tf from '@tensorflow/tfjs-core';
import {expression} from '../expression.js';
import {asExpression, type ExpressionLike} from '../leaves.js';
import {adding, mapOf} from '../linear-map.js';
import {axisOf, sizeOf, type Shape} from '../shape.js';
import type {Atom, Expression, Options} from '../types.js';
import {affineAtom} from './affine-atom.js';

/** The axis of the options, counted from the front; `null` for all axes. */
const axisIn = ({axis}: Options, shape: Shape) =>
  axis == null ? null : axisOf(axis as number, shape.length);

/** The shape without an axis; with `null` for the axis, []. */
export function withoutAxis([shape]: readonly Shape[], options: Options): Shape {
  const axis = axisIn(options, shape);
  return axis === null ? [] : shape.filter((_, i) => i !== axis);
}

/** For each entry, the entry of `withoutAxis` that it belongs to. */
export function groupsOf(shape: Shape, options: Options): Int32Array {
  const axis = axisIn(options, shape);
  const groups = new Int32Array(sizeOf(shape));
  if (axis === null) return groups;
  const [length, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
  return groups.map((_, i) => Math.floor(i / (length * inner)) * inner + (i % inner));
}

/** The axes of a tensor with the batch in front that are summed. */
export function axesOf(x: tf.Tensor, {axis}: Options): number[] {
  if (axis == null) return x.shape.map((_, i) => i).slice(1);
  return [axisOf(axis as number, x.rank - 1) + 1];
}

export const SUM: Atom = affineAtom({
  name: 'sum',
  shape: withoutAxis,
  linear: ([shape], options) => [adding(groupsOf(shape, options), sizeOf(withoutAxis([shape], options)))],
  evaluate: ([x], options) => tf.sum(x, axesOf(x, options)),
});

export const MEAN: Atom = affineAtom({
  name: 'mean',
  shape: withoutAxis,
  linear: ([shape], options) => {
    const size = sizeOf(withoutAxis([shape], options));
    return [adding(groupsOf(shape, options), size, size / sizeOf(shape))];
  },
  evaluate: ([x], options) => tf.mean(x, axesOf(x, options)),
});

export const CUMSUM: Atom = affineAtom({
  name: 'cumsum',
  shape: ([shape], {axis}) => {
    axisOf(axis as number, shape.length);
    return shape;
  },
  linear: ([shape], options) => {
    const axis = axisIn(options, shape)!;
    const inner = sizeOf(shape.slice(axis + 1));
    const entries: [number, number, number][] = [];
    for (let i = 0; i < sizeOf(shape); i++) {
      const steps = Math.floor(i / inner) % shape[axis];
      for (let k = 0; k <= steps; k++) entries.push([i, i - k * inner, 1]);
    }
    return [mapOf(sizeOf(shape), entries)];
  },
  evaluate: ([x], {axis}) => tf.cumsum(x, axisOf(axis as number, x.rank - 1) + 1),
});

/** The sum of the entries along an axis; default: of all entries. @throws If there is no such axis. */
export function sum(x: ExpressionLike, axis: number | null = null): Expression {
  return expression(SUM, [asExpression('convex.sum', x)], {axis});
}

/** The mean of the entries along an axis; default: of all entries. @throws If there is no such axis. */
export function mean(x: ExpressionLike, axis: number | null = null): Expression {
  return expression(MEAN, [asExpression('convex.mean', x)], {axis});
}

/** The sums of the first entries along an axis, default 0: yᵢ = x₀ + … + xᵢ. @throws If there is no such axis. */
export function cumsum(x: ExpressionLike, axis = 0): Expression {
  return expression(CUMSUM, [asExpression('convex.cumsum', x)], {axis});
}
