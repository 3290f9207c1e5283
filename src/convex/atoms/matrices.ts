/** @file The diagonal and the trace of a matrix, and the matrix of a diagonal. */
import * as tf from '@tensorflow/tfjs-core';
import {expression} from '../expression.js';
import {asExpression, type ExpressionLike} from '../leaves.js';
import {adding, gathering} from '../linear-map.js';
import {shapeText, type Shape} from '../shape.js';
import type {Atom, Expression} from '../types.js';
import {affineAtom} from './affine-atom.js';
import {sum} from './sums.js';

/** The places of the diagonal of [n, n]. */
const diagonal = (n: number) => Int32Array.from({length: n}, (_, i) => i * (n + 1));

/** @throws If it is not the shape of a square matrix. */
export function checkSquare(shape: Shape): number {
  if (shape.length === 2 && shape[0] === shape[1]) return shape[0];
  throw new Error(`expected a square matrix, got the shape ${shapeText(shape)}`);
}

export const DIAG: Atom = affineAtom({
  name: 'diag',
  shape: ([shape]) => (shape.length === 1 ? [shape[0], shape[0]] : [checkSquare(shape)]),
  linear: ([shape]) => [
    shape.length === 1 ? adding(diagonal(shape[0]), shape[0] ** 2) : gathering(diagonal(shape[0])),
  ],
  evaluate: ([x]) => {
    const eye = tf.eye(x.shape[1]!);
    return x.rank === 2 ? tf.mul(tf.expandDims(x, 2), eye) : tf.sum(tf.mul(x, eye), 2);
  },
});

/** The diagonal of a matrix [n, n]; of a vector [n], the matrix that has it as its diagonal. @throws If it is neither. */
export function diag(x: ExpressionLike): Expression {
  return expression(DIAG, [asExpression('convex.diag', x)]);
}

/** The sum of the diagonal of a matrix [n, n]. @throws If it is not square. */
export function trace(x: ExpressionLike): Expression {
  const matrix = asExpression('convex.trace', x);
  try {
    checkSquare(matrix.shape);
  } catch (error) {
    throw new Error(`convex.trace: ${(error as Error).message}.`, {cause: error});
  }
  return sum(diag(matrix));
}
