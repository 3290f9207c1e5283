/** @file Solves linear systems with Cholesky factors. */
import {matrixKernels} from '../../twins/current-matrices.js';

/** x ← L⁻ᵀ L⁻¹ x for each column of x. */
export function solveCholesky(l: Float64Array, n: number, x: Float64Array, columns: number): void {
  const kernels = matrixKernels();
  kernels.solveTriangular(l, n, x, columns, {lower: true});
  kernels.solveTriangular(l, n, x, columns, {lower: true, transpose: true});
}
