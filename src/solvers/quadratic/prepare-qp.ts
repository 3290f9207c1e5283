/** @file Prepares a small quadratic program that is solved again and again, without tensors. */
import {checkOptions, type Names} from '../../checks/index.js';
import {checkDegenerate, type Degenerate} from '../../conditions/index.js';
import type {PreparedQPInput} from './parts/prepared-input.js';
import {PreparedQP} from './prepared-qp.js';

/** The options of `prepareQP`. */
export interface PrepareQPOptions {
  /** The largest error of a row or column, relative to its own terms, at which a problem counts as solved. Default 1e-9. */
  tolerance?: number | undefined;
  /** The largest number of iterations of the interior-point method, where it is needed. Default 100. */
  maxIterations?: number | undefined;
  /** The derivative of a weakly active constraint, where the solution has a kink. Default 'leastNorm'. */
  degenerate?: Degenerate | undefined;
  /** κ of `degenerate: 'smooth'`, in units of multiplier times slack. Default 1e-3. */
  smoothing?: number | undefined;
}

const NAMES: Names<PrepareQPOptions> = {tolerance: 0, maxIterations: 0, degenerate: 0, smoothing: 0};

/**
 * min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, lower ≤ x ≤ upper, for one small problem that is solved again and again with changing data: controllers,
 * safety filters, allocators. Arrays go in and come out, in double precision, and there are no tensors.
 *
 * Names, signs and statuses are those of `solveQP`. Matrices are lists of rows, typed arrays row by row, or those of `sparseMatrix`, whose
 * gradients are then those of their values; all their entries are stored, since the problem is small. `solve` keeps the factor of
 * Q and the last active set, so a problem near the last one takes microseconds and allocates no arrays: a dual active-set method continues
 * from there. The interior-point method of `solveQP` takes over if Q is only semidefinite, if active rows depend on each other, or if
 * rounding stops it. Every solution with status 0 is tested row by row to `tolerance`. Only where the rows contradict each other by so
 * little that it might be rounding to float32, and where rounding leaves no such point, the answer is that of `solveQP`; `residual` tells.
 *
 *     const qp = prepareQP({Q: [[1]], p: [-3], G: [[1]], h: [2]});
 *     qp.solve().x; // [2]
 *     qp.solve({h: [5]}).x; // [3]; the same array as before
 *     qp.gradient([1]).p; // [-1], the derivative of x in p
 *
 * @throws If shapes do not fit, or an option is unknown. What is wrong with the numbers is told by the status.
 * @see Goldfarb & Idnani 1983, "A numerically stable dual method for solving strictly convex quadratic programs".
 */
export function prepareQP(problem: PreparedQPInput, options: PrepareQPOptions = {}): PreparedQP {
  const where = 'prepareQP';
  const {
    tolerance = 1e-9,
    maxIterations = 100,
    degenerate = 'leastNorm',
    smoothing = 1e-3,
  } = checkOptions(where, options, NAMES);
  if (!(tolerance > 0)) throw new Error(`${where}: tolerance must be positive, got ${tolerance}.`);
  if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
    throw new Error(`${where}: maxIterations must be a positive integer, got ${maxIterations}.`);
  }
  checkDegenerate(degenerate, smoothing);
  return new PreparedQP(where, problem, {tolerance, maxIterations, degenerate, smoothing});
}
