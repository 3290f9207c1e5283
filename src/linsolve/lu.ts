/** @file LU with partial pivoting, in f64 on the host, in doubles of two f32 on WebGPU. */
import {checkOptions, type NoOptions} from '../checks/index.js';
import {factorLu, minimumNormSolve, svd} from '../kernels/index.js';
import {directSolver} from './direct.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';

/**
 * LU with partial pivoting, for any A; f64 between f32 tensors.
 *
 * A singular system gets the least-squares solution of minimum norm, by a singular value decomposition in which values below n·2⁻²³ of the
 * largest singular value, the rounding of f32 data, count as zero. A matrix that is singular only up to this rounding is solved without
 * changes; `qr` and `auto` detect it.
 */
export function lu(options?: NoOptions): LinearSolver {
  checkOptions('linsolve.lu', options, []);
  return directSolver('lu', {
    factorDense(a, n) {
      const solve = factorLu(a, n);
      if (solve) return solve;
      const decomposition = svd(a, n);
      return (b, transpose) => minimumNormSolve(decomposition, b, transpose, n * 2 ** -23);
    },
    positiveDefinite: false,
  });
}

registerLinearSolver('lu', lu);
