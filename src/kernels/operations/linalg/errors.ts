/** @file The error of a matrix that cannot be factored. */
import {see} from '../../../checks/index.js';

/** Thrown if a matrix is singular, or not positive definite although it must be. */
export class SingularMatrixError extends Error {
  /** 'SingularMatrixError', to tell it from other errors by its name. */
  override name = 'SingularMatrixError';

  constructor(message: string) {
    super(message + see('linalg#errors'));
  }
}
