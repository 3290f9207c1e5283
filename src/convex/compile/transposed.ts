/** @file The transpose of a linear map as an atom: the weights of an argument, given those of what the map makes of it. */
import * as tf from '@tensorflow/tfjs-core';
import {affineAtom} from '../atoms/affine-atom.js';
import {expression} from '../expression.js';
import type {LinearMap} from '../linear-map.js';
import {sizeOf, type Shape} from '../shape.js';
import type {Atom, Expression} from '../types.js';

const TRANSPOSED: Atom = affineAtom({
  name: 'transposedMap',
  isMixed: true,
  shape: (_args, {shape}) => shape as Shape,
  linear: (_shapes, options) => {
    const {rows, columns, values} = options.map as LinearMap;
    return [{size: sizeOf(options.shape as Shape), rows: columns, columns: rows, values}];
  },
  evaluate: ([x], options, shape) => {
    const {size, rows, columns, values} = options.map as LinearMap;
    const to = sizeOf(shape);
    const dense = new Float32Array(size * to);
    rows.forEach((row, e) => (dense[row * to + columns[e]] += values ? values[e] : 1));
    const product = tf.matMul(tf.reshape(x, [x.shape[0], size]), tf.tensor2d(dense, [size, to]));
    return tf.reshape(product, [x.shape[0], ...shape]);
  },
});

/** The weights, in the given shape, of the argument of a map whose values have the weights x. */
export function transposed(map: LinearMap, x: Expression, shape: Shape): Expression {
  return expression(TRANSPOSED, [x], {map, shape});
}
