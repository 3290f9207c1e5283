/** @file Cholesky, in f64 on the host. */
import {backSubstituteTransposed, choleskyInPlace, forwardSubstitute} from '../kernels/index.js';
import {directSolver} from './direct.js';
import {registerLinearSolver} from './registry.js';
import {SingularMatrixError, type LinearSolver} from './types.js';

/**
 * Cholesky, for symmetric positive definite A; f64 between f32 tensors.
 *
 * Only the lower triangle is read.
 *
 * @throws SingularMatrixError naming the sample whose matrix is not positive definite (`linsolve.lu` takes any matrix).
 */
export function cholesky(): LinearSolver {
  return directSolver('cholesky', (a, n, sample) => {
    const row = choleskyInPlace(a, n);
    if (row >= 0) {
      throw new SingularMatrixError(
        `linsolve.cholesky: the matrix of sample ${sample} is not positive definite (pivot ${row}); take linsolve.lu.`,
      );
    }
    return {
      solve(b) {
        const x = b.slice();
        forwardSubstitute(a, n, x);
        backSubstituteTransposed(a, n, x);
        return x;
      },
    };
  });
}

registerLinearSolver('cholesky', cholesky);
