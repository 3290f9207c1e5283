/** @file Products of matrices and vectors, and convolutions, in which one factor has no variables. */
import * as tf from '@tensorflow/tfjs-core';
import {batchedProduct} from '../batched-product.js';
import {expression, isConstant} from '../expression.js';
import {asExpression, type ExpressionLike} from '../leaves.js';
import {shapeText, type Shape} from '../shape.js';
import {isNonNegative, isNonPositive, signOfProduct} from '../sign.js';
import type {Atom, Expression, Text} from '../types.js';
import {reshape, transpose} from './rearrange.js';

/** The sizes [rows, inner] and [inner, columns] of two factors; a vector is a row in front and a column behind. */
function sizesOf([a, b]: readonly Shape[]): {rows: number; inner: number; columns: number} {
  const fits = a.length >= 1 && a.length <= 2 && b.length >= 1 && b.length <= 2;
  const inner = a[a.length - 1];
  if (!fits || b[0] !== inner) {
    const hint = fits ? '' : ' (mul multiplies element by element, and by numbers)';
    throw new Error(`${shapeText(a)} times ${shapeText(b)}: the inner sizes must agree${hint}`);
  }
  return {rows: a.length === 2 ? a[0] : 1, inner, columns: b.length === 2 ? b[1] : 1};
}

const factor = ({text, binding}: Text) => (binding < 1 ? `(${text})` : text);

/** What the two kinds of products share. */
const PRODUCT = {
  sign: ([a, b]: readonly Expression[]) => signOfProduct(a.sign, b.sign),
  curvature: (args: readonly Expression[]) => (args.some(isConstant) ? 'affine' : 'unknown'),
  monotonicity: (index: number, args: readonly Expression[]) => {
    const {sign} = args[1 - index];
    if (isNonNegative(sign)) return 'increasing';
    return isNonPositive(sign) ? 'decreasing' : 'none';
  },
} satisfies Partial<Atom>;

export const MAT_MUL: Atom = {
  ...PRODUCT,
  name: 'matMul',
  shape: ([a, b]) => {
    sizesOf([a, b]);
    return [...a.slice(0, -1), ...b.slice(1)];
  },
  evaluate: ([a, b], _options, shape) => {
    const left = a.rank === 2 ? tf.expandDims(a, 1) : a;
    const right = b.rank === 2 ? tf.expandDims(b, 2) : b;
    const product = batchedProduct(left, right);
    return tf.reshape(product, [product.shape[0], ...shape]);
  },
  pairs: (shapes) => {
    const {inner, columns} = sizesOf(shapes);
    return (first) => {
      const [row, k] = [Math.floor(first / inner), first % inner];
      // Faster than Array.from, and called for each entry.
      const list: [number, number][] = [];
      for (let j = 0; j < columns; j++) list.push([k * columns + j, row * columns + j]);
      return list;
    };
  },
  weights: ([a, b], weights) => {
    const {rows, columns} = sizesOf([a.shape, b.shape]);
    const whole = reshape(weights, [rows, columns]);
    const matrix = (x: Expression, shape: Shape) => reshape(x, shape);
    if (isConstant(a)) {
      return reshape(matMul(transpose(matrix(a, [rows, a.size / rows])), whole), b.shape);
    }
    return reshape(matMul(whole, transpose(matrix(b, [b.size / columns, columns]))), a.shape);
  },
  text: ([a, b]) => ({text: `${factor(a)} ${factor(b)}`, binding: 1}),
};

export const CONVOLUTION: Atom = {
  ...PRODUCT,
  name: 'convolution',
  shape: ([kernel, x]) => {
    if (kernel.length === 1 && x.length === 1) return [kernel[0] + x[0] - 1];
    throw new Error(`the kernel and x must be vectors, got ${shapeText(kernel)} and ${shapeText(x)}`);
  },
  evaluate: ([kernel, x]) => {
    const [length, size] = [kernel.shape[1]!, x.shape[1]!];
    // Row i has x, shifted by i: the sum of the rows times the entries of the kernel.
    const shifted = Array.from({length}, (_, i) =>
      tf.pad(x, [
        [0, 0],
        [i, length - 1 - i],
      ]),
    );
    const rows = tf.stack(shifted, 1);
    return tf.reshape(batchedProduct(tf.expandDims(kernel, 1), rows), [-1, length + size - 1]);
  },
  pairs:
    ([, [size]]) =>
    (first) =>
      Array.from({length: size}, (_, j) => [j, first + j] as const),
};

/**
 * The product of two matrices, of a matrix and a vector, or of two vectors (their dot product); at least one without variables.
 *
 * @throws If the inner sizes differ.
 */
export function matMul(a: ExpressionLike, b: ExpressionLike): Expression {
  return expression(MAT_MUL, [asExpression('convex.matMul', a), asExpression('convex.matMul', b)]);
}

/**
 * The full convolution of two vectors: yᵢ = Σⱼ kernelⱼ xᵢ₋ⱼ, with as many entries as both have together, less one. The kernel has no
 * variables.
 *
 * @throws If one of them is not a vector.
 */
export function convolution(kernel: ExpressionLike, x: ExpressionLike): Expression {
  const args = [asExpression('convex.convolution', kernel), asExpression('convex.convolution', x)];
  return expression(CONVOLUTION, args);
}
