/** @file The error of a matrix that cannot be factored. */

/** Thrown where a matrix is singular, or not positive definite where it has to be. */
export class SingularMatrixError extends Error {
  override name = 'SingularMatrixError';
}
