/** @file Linear systems with a triangular matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {runTriangularSolve, type Call} from '../kernels/index.js';
import {asOperation, toRightSide, toSquare, type Values} from './inputs.js';
import {outerSum, sumTo, triangle} from './products.js';
import {record} from './record.js';

/** The options of `linalg.triangularSolve`. */
export interface TriangularSolveOptions {
  /** Read the lower triangle of the matrix, else the upper one. Default true. */
  lower?: boolean | undefined;
  /** Solve with the transpose of that triangle. Default false. */
  transpose?: boolean | undefined;
  /** Assume that the diagonal is ones, without reading it. Default false. */
  unitDiagonal?: boolean | undefined;
}

const NAMES: Names<TriangularSolveOptions> = {lower: 0, transpose: 0, unitDiagonal: 0};

/**
 * x with T x = b, or Tᵀ x = b, where T is a triangle of `matrix`. Entries that are not read have a zero gradient.
 *
 * @param matrix [..., n, n]; batch axes broadcast against those of b.
 * @param b [..., n, k], or [n], one vector for all matrices.
 * @returns [..., n, k], or [..., n] for a vector b. Differentiable in both.
 * @throws SingularMatrixError naming the sample whose matrix has a zero on its diagonal.
 * @throws If an entry that is read is not finite.
 */
export function triangularSolve<T extends tf.Tensor = tf.Tensor>(
  matrix: Values,
  b: Values,
  options: TriangularSolveOptions = {},
): T {
  const {
    lower = true,
    transpose = false,
    unitDiagonal = false,
  } = checkOptions('linalg.triangularSolve', options, NAMES);
  const caller = 'linalg.triangularSolve';
  return asOperation(() => {
    const T = toSquare(matrix, 'the matrix', caller);
    const {b: B, restore} = toRightSide(b, T, T.shape[T.rank - 1], caller);
    return restore(solveTriangle(T, B, {lower, transpose, unitDiagonal}, {caller}));
  }) as T;
}

/** `triangularSolve` for checked tensors [..., n, n] and [..., n, k]. */
export function solveTriangle(
  matrix: tf.Tensor,
  b: tf.Tensor,
  options: Required<TriangularSolveOptions>,
  call: Call,
): tf.Tensor {
  const {lower, transpose, unitDiagonal} = options;
  return record({
    name: 'TriangularSolve',
    values: [offTape(() => runTriangularSolve(matrix, b, options, call))],
    inputs: [matrix, b],
    gradient: ([dx], [x], [T]) => {
      const u = solveTriangle(T, dx, {...options, transpose: !transpose}, {...call, cotangent: true});
      const own = matrix.shape.slice(0, -2);
      const dT = transpose ? outerSum(x, u, own) : outerSum(u, x, own);
      const read = triangle(matrix.shape[matrix.rank - 1], lower, !unitDiagonal);
      return [tf.neg(tf.mul(read, dT)), sumTo(u, b.shape.slice(0, -2))];
    },
  })[0];
}
