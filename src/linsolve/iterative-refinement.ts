/** @file Iterative refinement around another solver. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, describe, type Names} from '../checks/index.js';
import {reporting} from './reporting.js';
import {safeDivide, safeNorm, toRows} from './rows.js';
import {linearSolverFromConfig, registerLinearSolver, type LinearSolverConfig} from './registry.js';
import type {LinearSolver} from './types.js';

/** The options of `linsolve.iterativeRefinement`. */
export interface IterativeRefinementOptions {
  /** The largest number of corrections. Default 3. */
  maxIterations?: number | undefined;
  /** Relative residual that counts as solved. Default 1e-6. */
  tolerance?: number | undefined;
}

const NAMES: Names<IterativeRefinementOptions> = {maxIterations: 0, tolerance: 0};

/**
 * Repeats x ← x + inner(b − A x) a few times, which recovers the digits that an inexact inner solver lost.
 *
 * A correction that does not reduce a sample's residual is dropped.
 */
export function iterativeRefinement(
  inner: LinearSolver,
  options: IterativeRefinementOptions = {},
): LinearSolver {
  const {maxIterations = 3, tolerance = 1e-6} = checkOptions('linsolve.iterativeRefinement', options, NAMES);
  if (typeof inner?.factor !== 'function') {
    throw new Error(`linsolve.iterativeRefinement: inner must be a linear solver, got ${describe(inner)}.`);
  }
  return {
    className: 'iterativeRefinement',
    getConfig: () => ({
      inner: {className: inner.className, config: inner.getConfig()},
      maxIterations,
      tolerance,
    }),
    factor(operator) {
      const factorization = inner.factor(operator);
      return reporting(
        (b, transpose) => {
          const solve = (rhs: tf.Tensor) =>
            transpose ? factorization.solveTranspose(rhs) : factorization.solve(rhs);
          const residualOf = (v: tf.Tensor) =>
            tf.sub(b, transpose ? operator.applyTranspose(v) : operator.apply(v));
          const rows = (v: tf.Tensor) => toRows(v, operator.batched);
          const norm = safeNorm(rows(b));
          let x = solve(b);
          let r = residualOf(x);
          let iterations = tf.zerosLike(norm);
          for (let k = 0; k < maxIterations; k++) {
            const candidate = tf.add(x, solve(r));
            const candidateResidual = residualOf(candidate);
            const unsolved = tf.greater(safeNorm(rows(r)), tf.mul(tolerance, norm));
            const better = tf.less(safeNorm(rows(candidateResidual)), safeNorm(rows(r)));
            const accept = tf.logicalAnd(unsolved, better);
            x = tf.reshape(tf.where(accept, rows(candidate), rows(x)), b.shape);
            r = tf.reshape(tf.where(accept, rows(candidateResidual), rows(r)), b.shape);
            iterations = tf.add(iterations, tf.cast(accept, 'float32'));
          }
          const residual = tf.reshape(safeDivide(safeNorm(rows(r)), norm), [-1]) as tf.Tensor1D;
          return {
            x,
            info: {
              converged: tf.cast(tf.lessEqual(residual, tolerance), 'float32') as tf.Tensor1D,
              iterations: tf.reshape(iterations, [-1]) as tf.Tensor1D,
              residual,
            },
          };
        },
        () => factorization.dispose(),
      );
    },
  };
}

registerLinearSolver(
  'iterativeRefinement',
  ({inner, ...options}: IterativeRefinementOptions & {inner: LinearSolverConfig}) =>
    iterativeRefinement(linearSolverFromConfig(inner), options),
);
