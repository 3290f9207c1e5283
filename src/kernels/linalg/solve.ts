/** @file The kernel 'ImplicitSolve': linear systems by LU or Cholesky, each matrix factored once. */
import type * as tf from '@tensorflow/tfjs-core';
import {matrixKernels} from '../current-matrices.js';
import {registerHostKernel} from '../host-kernel.js';
import type {LU} from '../reference/lu.js';
import {scaleInPlace, scaleRows, type Scaling} from '../reference/scaling.js';
import {batchOf, checkFinite, floatOutput, forEachSystem, LOWER, ofSample} from './batch.js';
import {runKernel, type Call} from './call.js';
import {positiveDefiniteFactor, solveCholesky} from './cholesky.js';
import {SingularMatrixError} from './errors.js';

const SOLVE = 'ImplicitSolve';

export type SolveAttributes = {positiveDefinite: boolean; adjoint: boolean};

/** x with A x = b, or Aᵀ x = b; a [..., n, n] (of a positive definite one, the lower triangle), b [..., n, k]. */
export function runSolve(a: tf.Tensor, b: tf.Tensor, attributes: SolveAttributes, call: Call): tf.Tensor {
  return runKernel(SOLVE, {a, b}, {...attributes, ...call});
}

registerHostKernel<'a' | 'b'>(SOLVE, ({a, b}, attributes) => {
  const {caller, cotangent, positiveDefinite, adjoint} = attributes as SolveAttributes & Call;
  checkFinite(caller, 'a', a, positiveDefinite ? LOWER : undefined);
  if (!cotangent) checkFinite(caller, 'b', b);
  const [n, columns] = b.shape.slice(-2);
  const output = floatOutput(...batchOf(a, b), n, columns);
  forEachSystem(
    a,
    b,
    (matrix, index): Factor => {
      const factor = positiveDefinite ? definiteFactor(matrix, n) : generalFactor(matrix, n);
      if (factor) return factor;
      const sample = ofSample(a.shape, index);
      throw new SingularMatrixError(
        positiveDefinite
          ? `${caller}: the matrix${sample} is not positive definite; take assume: 'general'.`
          : `${caller}: the matrix${sample} is singular; linalg.lstsq gives the solution of least norm.`,
      );
    },
    (factor, x, sample, room) => output.values.set(factor(x, columns, adjoint, room), sample * x.length),
  );
  return [output];
});

/** Solves for the columns of B [n, columns], which it may overwrite; the solution may lie in `room`. */
type Factor = (B: Float64Array, columns: number, adjoint: boolean, room: Float64Array) => Float64Array;

function definiteFactor(matrix: Float64Array, n: number): Factor | null {
  if (positiveDefiniteFactor(matrix, n) >= 0) return null;
  return (B, columns) => {
    solveCholesky(matrix, n, B, columns);
    return B;
  };
}

function generalFactor(matrix: Float64Array, n: number): Factor | null {
  const scaling = scaleInPlace(matrix, n);
  const factor = matrixKernels().luInPlace(matrix, n);
  if (factor.singular) return null;
  return (B, columns, adjoint, room) => solveScaled(factor, scaling, B, columns, adjoint, room);
}

/** With A = 2^rows Ã 2^columns and P Ã = L U. */
function solveScaled(
  {n, lu, pivots}: LU,
  {rows, columns: scales}: Scaling,
  B: Float64Array,
  columns: number,
  adjoint: boolean,
  x: Float64Array,
): Float64Array {
  const {solveTriangular} = matrixKernels();
  const moveRow = (from: number, to: number) =>
    x.set(B.subarray(from * columns, (from + 1) * columns), to * columns);
  if (adjoint) {
    scaleRows(B, columns, scales);
    solveTriangular(lu, n, B, columns, {lower: false, transpose: true});
    solveTriangular(lu, n, B, columns, {lower: true, transpose: true, unitDiagonal: true});
    pivots.forEach((row, i) => moveRow(i, row));
    scaleRows(x, columns, rows);
  } else {
    scaleRows(B, columns, rows);
    pivots.forEach((row, i) => moveRow(row, i));
    solveTriangular(lu, n, x, columns, {lower: true, unitDiagonal: true});
    solveTriangular(lu, n, x, columns, {lower: false});
    scaleRows(x, columns, scales);
  }
  return x;
}
