/** @file Linear systems with a square matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {runSolve, type Call} from '../kernels/index.js';
import {asOperation, toRightSide, toSquare, type Values} from './inputs.js';
import {outerSum, sumTo, symmetric} from './products.js';
import {record} from './record.js';
import {sparseAlgebra, SparseMatrix} from './sparse-matrix.js';

/** The options of `linalg.solve`. */
export interface SolveOptions {
  /**
   * 'positiveDefinite': by Cholesky. Only the lower triangle of a is read, and the gradient in a is symmetric. Default
   * 'general': by LU with partial pivoting.
   */
  assume?: 'general' | 'positiveDefinite' | undefined;
  /** Solve aᵀ x = b. Default false. */
  transpose?: boolean | undefined;
  /** @deprecated It is `transpose` now, as in `triangularSolve`. */
  adjoint?: boolean | undefined;
}

const NAMES: Names<Omit<SolveOptions, 'adjoint'>> = {assume: 0, transpose: 0};

/**
 * x with a x = b. A matrix is factored once, even if several right-hand sides broadcast against it.
 *
 * @param a [..., n, n], batch axes broadcast against those of b; or a matrix of `sparseMatrix`, which is factored as such. In that case the
 *   gradient is that of its values, and a positive definite matrix has both triangles.
 * @param b [..., n, k], or [n], one vector for all matrices.
 * @returns [..., n, k], or [..., n] for a vector b. Differentiable in a and b.
 * @throws SingularMatrixError naming the sample whose matrix is singular in double precision, or not positive definite.
 * @throws If an entry is not finite.
 * @see Giles 2008, Collected matrix derivative results for forward and reverse mode, section 2.3.1.
 */
export function solve<T extends tf.Tensor = tf.Tensor>(
  a: Values | SparseMatrix,
  b: Values,
  options: SolveOptions = {},
): T {
  const caller = 'linalg.solve';
  const given = renamed(caller, options, {adjoint: 'transpose'});
  const {assume = 'general', transpose: adjoint = false} = checkOptions(caller, given, NAMES);
  return asOperation(() => {
    if (assume !== 'general' && assume !== 'positiveDefinite') {
      throw new Error(`${caller}: assume must be 'general' or 'positiveDefinite', got '${String(assume)}'.`);
    }
    if (a instanceof SparseMatrix) return sparseAlgebra(caller).solve(a, b, {assume, adjoint});
    const A = toSquare(a, 'a', caller);
    const {b: B, restore} = toRightSide(b, A, A.shape[A.rank - 1], caller);
    return restore(solveMatrices(A, B, {assume, adjoint}, {caller}));
  }) as T;
}

/** `solve` for checked tensors [..., n, n] and [..., n, k]. */
export function solveMatrices(
  a: tf.Tensor,
  b: tf.Tensor,
  options: Required<Omit<SolveOptions, 'transpose'>>,
  call: Call,
): tf.Tensor {
  const {assume, adjoint} = options;
  const definite = assume === 'positiveDefinite';
  return record({
    name: 'Solve',
    values: [offTape(() => runSolve(a, b, {positiveDefinite: definite, adjoint}, call))],
    inputs: [a, b],
    gradient: ([dx], [x], [A]) => {
      const u = solveMatrices(A, dx, {assume, adjoint: !adjoint}, {...call, cotangent: true});
      const own = a.shape.slice(0, -2);
      const dA = tf.neg(adjoint ? outerSum(x, u, own) : outerSum(u, x, own));
      return [definite ? symmetric(dA) : dA, sumTo(u, b.shape.slice(0, -2))];
    },
  })[0];
}
