/** @file Solves a system where no host can read a tensor, and reads the report. */
import * as tf from '@tensorflow/tfjs-core';
import type {LinearSolver, Operator} from '../../src/linsolve/public.js';
import {expectNoLeak} from '../helpers/expect.js';
import {valuesOf} from '../helpers/unreadable.js';

/** The solution and its report, as numbers. */
export function solve(solver: LinearSolver, operator: Operator, b: tf.Tensor, transpose = false) {
  const factorization = solver.factor(operator);
  const x = valuesOf(transpose ? factorization.solveTranspose(b) : factorization.solve(b));
  const {converged, iterations, residual} = factorization.info!;
  const [done, steps, left] = [converged, iterations, residual].map(valuesOf);
  factorization.dispose();
  return {x, converged: done, iterations: steps, residual: left};
}

/** `expectNoLeak` and `tf.tidy` around a test. */
export const tidily = (test: () => void) => () => expectNoLeak(() => tf.tidy(test));
