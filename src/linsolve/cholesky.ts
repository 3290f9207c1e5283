/** @file Cholesky, in f64 on the host, in doubles of two f32 on WebGPU. */
import {checkOptions, type NoOptions} from '../checks/index.js';
import {factorCholesky, SingularMatrixError} from '../kernels/index.js';
import {directSolver} from './direct.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';

/**
 * Cholesky, for symmetric positive definite A; f64 between f32 tensors.
 *
 * Only the lower triangle is read, except of a sparse matrix.
 *
 * On a device that the host does not read, a sample whose matrix is not positive definite gets NaN.
 *
 * @throws SingularMatrixError naming the sample whose matrix is not positive definite (`linsolve.lu` accepts any matrix).
 */
export function cholesky(options?: NoOptions): LinearSolver {
  checkOptions('linsolve.cholesky', options, []);
  return directSolver('cholesky', {
    factorDense(a, n, sample) {
      const solve = factorCholesky(a, n);
      if (typeof solve !== 'number') return solve;
      throw new SingularMatrixError(
        `linsolve.cholesky: the matrix of sample ${sample} is not positive definite (pivot ${solve}); use linsolve.lu.`,
      );
    },
    positiveDefinite: true,
    refuse: (sample) =>
      new SingularMatrixError(
        `linsolve.cholesky: the matrix of sample ${sample} is not symmetric and positive definite; use linsolve.lu.`,
      ),
  });
}

registerLinearSolver('cholesky', cholesky);
