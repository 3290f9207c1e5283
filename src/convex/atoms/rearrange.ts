/** @file Entries in another order or arrangement: slices, rows that are gathered, joined arrays, transposes, other shapes. */
import * as tf from '@tensorflow/tfjs-core';
import {places, stridesOf} from '../../programs/index.js';
import {expression} from '../expression.js';
import {asExpression, type ExpressionLike} from '../leaves.js';
import {adding, gathering} from '../linear-map.js';
import {axisOf, sameShape, shapeText, sizeOf, type Shape} from '../shape.js';
import type {Atom, Expression} from '../types.js';
import {affineAtom} from './affine-atom.js';

export const RESHAPE: Atom = affineAtom({
  name: 'reshape',
  shape: ([from], {shape}) => {
    const to = shape as Shape;
    if (sizeOf(from) !== sizeOf(to)) throw new Error(`${shapeText(from)} does not fit into ${shapeText(to)}`);
    return to;
  },
  linear: ([shape]) => [gathering(places(shape, stridesOf(shape)))],
  evaluate: ([x], _options, shape) => tf.reshape(x, [x.shape[0], ...shape]),
});

export const TRANSPOSE: Atom = affineAtom({
  name: 'transpose',
  shape: ([shape]) => [...shape].reverse(),
  linear: ([shape]) => [gathering(places([...shape].reverse(), [...stridesOf(shape)].reverse()))],
  evaluate: ([x]) =>
    tf.transpose(x, [
      0,
      ...x.shape
        .map((_, i) => i)
        .slice(1)
        .reverse(),
    ]),
  text: ([{text, binding}]) => ({text: `${binding < 2 ? `(${text})` : text}ᵀ`, binding: 2}),
});

export const SLICE: Atom = affineAtom({
  name: 'slice',
  shape: ([shape], options) => {
    const [begin, size] = [options.begin as Shape, options.size as Shape];
    if (begin.length !== shape.length || size.length !== shape.length) {
      throw new Error(
        `begin and size need ${shape.length} entries, one for each axis of ${shapeText(shape)}`,
      );
    }
    if (size.includes(0)) throw new Error(`the size ${shapeText(size)} is empty`);
    size.forEach((length, axis) => {
      if (begin[axis] >= 0 && length > 0 && begin[axis] + length <= shape[axis]) return;
      throw new Error(
        `begin ${shapeText(begin)} and size ${shapeText(size)} leave the shape ${shapeText(shape)}`,
      );
    });
    return size;
  },
  linear: ([shape], {begin, size}) => {
    const strides = stridesOf(shape);
    const start = (begin as Shape).reduce((place, first, axis) => place + first * strides[axis], 0);
    return [gathering(places(size as Shape, strides, start))];
  },
  evaluate: ([x], {begin, size}) => tf.slice(x, [0, ...(begin as Shape)], [-1, ...(size as Shape)]),
  text: ([{text, binding}], options) => {
    const [begin, size] = [options.begin as Shape, options.size as Shape];
    const ranges = begin.map((first, axis) =>
      size[axis] === 1 ? `${first}` : `${first}:${first + size[axis]}`,
    );
    return {text: `${binding < 2 ? `(${text})` : text}[${ranges.join(', ')}]`, binding: 2};
  },
});

export const GATHER: Atom = affineAtom({
  name: 'gather',
  shape: ([shape], options) => {
    const axis = axisOf(options.axis as number, shape.length);
    const indices = options.indices as Shape;
    if (indices.length === 0) throw new Error('there is no index');
    for (const index of indices) {
      if (Number.isInteger(index) && index >= 0 && index < shape[axis]) continue;
      throw new Error(`index ${index} is not in axis ${axis} of ${shapeText(shape)}`);
    }
    return shape.map((size, i) => (i === axis ? indices.length : size));
  },
  linear: ([shape], options) => {
    const axis = axisOf(options.axis as number, shape.length);
    const indices = options.indices as Shape;
    const [length, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
    const outer = sizeOf(shape.slice(0, axis));
    const result = new Int32Array(outer * indices.length * inner);
    for (let i = 0, to = 0; i < outer; i++) {
      for (const index of indices)
        for (let k = 0; k < inner; k++) result[to++] = (i * length + index) * inner + k;
    }
    return [gathering(result)];
  },
  evaluate: ([x], {indices, axis}) =>
    tf.gather(x, tf.tensor1d(indices as number[], 'int32'), axisOf(axis as number, x.rank - 1) + 1),
});

export const CONCAT: Atom = affineAtom({
  name: 'concat',
  shape: (shapes, options) => {
    const axis = axisOf(options.axis as number, shapes[0].length);
    const rest = (shape: Shape) => shape.filter((_, i) => i !== axis);
    for (const shape of shapes) {
      if (shape.length === shapes[0].length && sameShape(rest(shape), rest(shapes[0]))) continue;
      throw new Error(`${shapes.map(shapeText).join(' and ')} cannot be joined along axis ${axis}`);
    }
    const length = shapes.reduce((sum, shape) => sum + shape[axis], 0);
    return shapes[0].map((size, i) => (i === axis ? length : size));
  },
  linear: (shapes, options) => {
    const axis = axisOf(options.axis as number, shapes[0].length);
    const length = shapes.reduce((sum, shape) => sum + shape[axis], 0);
    const whole = shapes[0].map((size, i) => (i === axis ? length : size));
    const strides = stridesOf(whole);
    let first = 0;
    return shapes.map((shape) => {
      const map = adding(places(shape, strides, first * strides[axis]), sizeOf(whole));
      first += shape[axis];
      return map;
    });
  },
  evaluate: (args, {axis}) => {
    const batch = Math.max(...args.map(({shape}) => shape[0]));
    const whole = args.map((x) =>
      x.shape[0] === batch ? x : tf.tile(x, [batch, ...x.shape.slice(1).map(() => 1)]),
    );
    return tf.concat(whole, axisOf(axis as number, args[0].rank - 1) + 1);
  },
});

/** The same entries in another shape; one size may be −1. @throws If the sizes do not fit. */
export function reshape(x: ExpressionLike, shape: Shape): Expression {
  const from = asExpression('convex.reshape', x);
  const known = -shape.reduce((product, size) => product * size, 1);
  const whole = shape.map((size) => (size === -1 ? from.size / known : size));
  return expression(RESHAPE, [from], {shape: whole});
}

/** The axes in reverse order: the transpose of a matrix. */
export function transpose(x: ExpressionLike): Expression {
  return expression(TRANSPOSE, [asExpression('convex.transpose', x)]);
}

/**
 * A part of an array, as `tf.slice`: `size` entries of each axis from `begin`; a size of −1, or none, is the rest.
 *
 * @throws If the part leaves the array.
 */
export function slice(
  x: ExpressionLike,
  begin: number | readonly number[],
  size?: number | readonly number[],
): Expression {
  const from = asExpression('convex.slice', x);
  const list = (value: number | readonly number[] | undefined, rest: (axis: number) => number) => {
    const given = value === undefined ? [] : [value].flat();
    return from.shape.map((_, axis) => {
      const own = given[axis] ?? -1;
      return own === -1 ? rest(axis) : own;
    });
  };
  const first = list(begin, () => 0);
  return expression(SLICE, [from], {
    begin: first,
    size: list(size, (axis) => from.shape[axis] - first[axis]),
  });
}

/** The entries with these indices along an axis, default 0, as `tf.gather`. @throws If an index is not in the axis. */
export function gather(x: ExpressionLike, indices: readonly number[], axis = 0): Expression {
  return expression(GATHER, [asExpression('convex.gather', x)], {indices: [...indices], axis});
}

/** Arrays joined along an axis, default 0, as `tf.concat`. @throws If the other axes differ. */
export function concat(parts: readonly ExpressionLike[], axis = 0): Expression {
  if (!Array.isArray(parts) || parts.length === 0)
    throw new Error('convex.concat: expected an array of expressions.');
  return expression(
    CONCAT,
    parts.map((part) => asExpression('convex.concat', part as ExpressionLike)),
    {axis},
  );
}

/** Arrays of one shape along a new axis, default 0, as `tf.stack`. @throws If the shapes differ. */
export function stack(parts: readonly ExpressionLike[], axis = 0): Expression {
  if (!Array.isArray(parts) || parts.length === 0)
    throw new Error('convex.stack: expected an array of expressions.');
  const list = parts.map((part) => asExpression('convex.stack', part as ExpressionLike));
  const own = axisOf(axis, list[0].shape.length + 1);
  return concat(
    list.map((part) => reshape(part, [...part.shape.slice(0, own), 1, ...part.shape.slice(own)])),
    own,
  );
}
