/** @file The derivatives of a solution of a sparse quadratic program. */
import * as tf from '@tensorflow/tfjs-core';
import {isTapeOn, recordOp} from '../../../autodiff/index.js';
import {
  complementarityWeight,
  sparseKkt,
  sparseKktSolver,
  type QuadraticSolution,
  type SparseData,
} from '../../../conditions/index.js';
import {solvedRoot} from '../../../implicit/index.js';
import type {ProblemStructure, QPSolution} from '../../../kernels/index.js';
import {sparseMatVec, sparseOuters} from '../../../linalg/index.js';
import {canLook} from '../../../programs/index.js';
import type {ImplicitQPOptions} from '../implicit-qp.js';
import {boundsOf, splitRows} from './bounds.js';
import type {SparseInput} from './sparse-input.js';

/** The solution and its slack, with their derivatives in the data. */
export function differentiable(
  where: string,
  {structure, data}: SparseInput,
  found: QPSolution,
  {onFailure, degenerate = 'leastNorm', smoothing = 1e-3, onGradient}: Omit<ImplicitQPOptions, 'linsolve'>,
): {solution: QuadraticSolution; slack: tf.Tensor} {
  const {x, ineqDual, eqDual, status} = found;
  const [slack] = splitRows(found.slack, structure.n, data);
  if (!isTapeOn() && canLook()) return {solution: {x, ineqDual, eqDual}, slack};
  const weight = complementarityWeight(found, degenerate, smoothing);
  const {lower, upper} = data;
  const given = {
    ...data,
    h: boundsOf(data.h),
    ...(lower && {lower: boundsOf(lower, 'lower')}),
    ...(upper && {upper: boundsOf(upper)}),
  };
  const {x: solution} = solvedRoot(
    sparseKkt(structure),
    {linsolve: sparseKktSolver, onGradient, onFailure, where},
    [given, {weight, status}],
    () => ({x: {x, ineqDual, eqDual}}),
  );
  return {solution, slack: slackOf(slack, solution.x, structure, given, status)};
}

/** The solver's slack, which has no cancellation error, with the derivative of h − Gx; zero for a failed sample. */
function slackOf(
  value: tf.Tensor,
  x: tf.Tensor,
  {n, entries}: ProblemStructure,
  {G, h}: SparseData,
  status: tf.Tensor,
): tf.Tensor {
  const pattern = {shape: [entries.m, n] as [number, number], entries: entries.G};
  return recordOp({
    name: 'Slack',
    values: [value],
    inputs: [x, G, h, status],
    gradient: ([dy], _slack, [at, rows, , code]) => {
      const counted = tf.mul(tf.expandDims(tf.cast(tf.equal(code, 0), 'float32'), 1), dy);
      const minus = tf.neg(counted);
      return [
        sparseMatVec(pattern, rows, minus, true),
        sparseOuters(pattern, minus, at, rows.shape[0]),
        h.shape[0] === counted.shape[0] ? counted : tf.sum(counted, 0, true),
      ];
    },
  })[0];
}
