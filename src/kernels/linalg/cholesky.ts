/** @file The kernels 'ImplicitCholesky' and 'ImplicitCholeskySolve'. */
import type * as tf from '@tensorflow/tfjs-core';
import {matrixKernels} from '../current-matrices.js';
import {registerHostKernel} from '../host-kernel.js';
import {batchOf, checkFinite, floatOutput, forEachMatrix, forEachSystem, LOWER, ofSample} from './batch.js';
import {runKernel, type Call} from './call.js';
import {SingularMatrixError} from './errors.js';
import {checkDiagonal} from './triangular-solve.js';

const CHOLESKY = 'ImplicitCholesky';
const CHOLESKY_SOLVE = 'ImplicitCholeskySolve';

/** The lower L with A = L Lᵀ, from the lower triangle of a [..., n, n]. */
export function runCholesky(a: tf.Tensor, call: Call): tf.Tensor {
  return runKernel(CHOLESKY, {a}, call);
}

/** x with L Lᵀ x = b, from the lower triangle of l [..., n, n]; b [..., n, k]. */
export function runCholeskySolve(l: tf.Tensor, b: tf.Tensor, call: Call): tf.Tensor {
  return runKernel(CHOLESKY_SOLVE, {l, b}, call);
}

/**
 * Overwrites the lower triangle of `matrix` by its Cholesky factor.
 *
 * @returns The row of a pivot that is not positive, or no more than rounding; −1 if there is none.
 */
export function positiveDefiniteFactor(matrix: Float64Array, n: number): number {
  const diagonal = Float64Array.from({length: n}, (_, i) => matrix[i * n + i]);
  const failed = matrixKernels().choleskyInPlace(matrix, n);
  if (failed >= 0) return failed;
  return diagonal.findIndex((entry, i) => matrix[i * n + i] ** 2 <= entry * n * 2 ** -52);
}

/** x ← L⁻ᵀ L⁻¹ x for the columns of x. */
export function solveCholesky(l: Float64Array, n: number, x: Float64Array, columns: number): void {
  const {solveTriangular} = matrixKernels();
  solveTriangular(l, n, x, columns, {lower: true});
  solveTriangular(l, n, x, columns, {lower: true, transpose: true});
}

registerHostKernel<'a'>(CHOLESKY, ({a}, attributes) => {
  const {caller} = attributes as Call;
  checkFinite(caller, 'a', a, LOWER);
  const n = a.shape[a.shape.length - 1];
  const output = floatOutput(...a.shape);
  forEachMatrix(a, (matrix, index) => {
    const row = positiveDefiniteFactor(matrix, n);
    if (row >= 0) {
      throw new SingularMatrixError(
        `${caller}: the matrix${ofSample(a.shape, index)} is not positive definite (pivot ${row}); ` +
          'adding a small multiple of the identity makes a semidefinite matrix definite.',
      );
    }
    for (let i = 0; i < n; i++) {
      output.values.set(matrix.subarray(i * n, i * n + i + 1), index * n * n + i * n);
    }
  });
  return [output];
});

registerHostKernel<'l' | 'b'>(CHOLESKY_SOLVE, ({l, b}, attributes) => {
  const {caller, cotangent} = attributes as Call;
  checkFinite(caller, 'the factor', l, LOWER);
  if (!cotangent) checkFinite(caller, 'b', b);
  const [n, columns] = b.shape.slice(-2);
  const output = floatOutput(...batchOf(l, b), n, columns);
  forEachSystem(
    l,
    b,
    (matrix, index) => {
      checkDiagonal(caller, matrix, n, l.shape, index);
      return matrix;
    },
    (matrix, x, sample) => {
      solveCholesky(matrix, n, x, columns);
      output.values.set(x, sample * x.length);
    },
  );
  return [output];
});
