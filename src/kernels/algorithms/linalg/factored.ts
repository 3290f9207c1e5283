/** @file Factors that are kept after a call. They are stored outside the memory of the kernels, which is workspace for a single call. */
import {matrixKernels} from '../../twins/current-matrices.js';
import {solveCholesky} from './solve-cholesky.js';
import {scaledLU, type ScaledLU} from '../../contracts/matrices.js';

/** Returns x with A x = b, or Aᵀ x = b if `transpose` is set. */
export type DenseSolve = (b: Float64Array, transpose: boolean) => Float64Array;

/** Factors the row-major matrix a [n, n] by LU. Returns `null` if it is singular. */
export function factorLu(a: Float64Array, n: number): DenseSolve | null {
  const kernels = matrixKernels();
  return kernels.scope(() => {
    const factors = scaledLU(kernels, kernels.vector(n * n), n);
    factors.lu.set(a);
    return kernels.luInPlace(factors) ? keptLu(factors) : null;
  });
}

/** Solves with a copy of factors that lie in the memory of the kernels. */
export function keptLu({n, lu, pivots, rows, columns}: ScaledLU): DenseSolve {
  const kernels = matrixKernels();
  const kept = {lu: lu.slice(), pivots: pivots.slice(), rows: rows.slice(), columns: columns.slice()};
  return (b, transpose) =>
    kernels.scope(() => {
      const factors = scaledLU(kernels, kernels.vector(n * n), n);
      factors.lu.set(kept.lu);
      for (const name of ['pivots', 'rows', 'columns'] as const) factors[name].set(kept[name]);
      const x = kernels.vector(n);
      x.set(b);
      kernels.solveLu(factors, x, 1, transpose);
      return x.slice();
    });
}

/** Factors a symmetric matrix a [n, n] by Cholesky. If a pivot is not positive, returns the index of its row. */
export function factorCholesky(a: Float64Array, n: number): DenseSolve | number {
  const kernels = matrixKernels();
  const kept = kernels.scope(() => {
    const matrix = kernels.vector(n * n);
    matrix.set(a);
    const failed = kernels.choleskyInPlace(matrix, n);
    return failed < 0 ? matrix.slice() : failed;
  });
  if (typeof kept === 'number') return kept;
  return (b) =>
    kernels.scope(() => {
      const [factor, x] = [kernels.vector(n * n), kernels.vector(n)];
      factor.set(kept);
      x.set(b);
      solveCholesky(factor, n, x, 1);
      return x.slice();
    });
}
