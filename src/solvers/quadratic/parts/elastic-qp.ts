/** @file The closest point for an infeasible quadratic program, by elastic constraints. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../../autodiff/index.js';
import type {QuadraticData, QuadraticSolution} from '../../../conditions/index.js';
import {Status} from '../../../implicit/index.js';
import {hostShouldRead} from '../../../kernels/index.js';
import type {BoundedSolution, ImplicitQP} from '../implicit-qp.js';
import {asRows, splitRows} from './bounds.js';

/** The weight of the violation relative to the data; the error of x is about the inverse of it. */
const PENALTY = 1e6;
/** For rows with a squared norm below this, the penalty does not increase further. */
const SMALLEST_ROW = 1e-6;

/**
 * Replaces the solutions of infeasible samples by those of
 *
 *     min ½ xᵀQx + pᵀx + ½ρ(‖r‖² + ‖e‖²)  subject to  Gx − r ≤ h,  Ax − e = b,
 *
 * which for large ρ is the minimum of the objective among the points with the smallest violation (r, e). It is itself a feasible quadratic
 * program, and is differentiated like any other. Bounds are further rows of G.
 */
export function solveElastic(
  solver: ImplicitQP,
  data: QuadraticData,
  found: BoundedSolution,
  status: tf.Tensor,
): BoundedSolution {
  if (hostShouldRead() && areFeasible(status.dataSync())) return found;
  return withClosest(found, status, closestOf(solver.run(null, elasticQP(data)).x, data));
}

/** Whether no sample is infeasible. */
export function areFeasible(codes: ArrayLike<number>): boolean {
  return Array.from(codes).every((code) => code !== Status.PRIMAL_INFEASIBLE);
}

/** The elastic problems, of all samples. */
export function elasticQP(given: QuadraticData): QuadraticData {
  const data = asRows(given);
  return elasticData(data, data.Q.shape[2]!, data.G.shape[1]!, data.A.shape[1]!);
}

/** The solutions of elastic problems as those of the given ones. */
export function closestOf(
  {x, ineqDual: all, eqDual}: QuadraticSolution,
  data: QuadraticData,
): BoundedSolution {
  const n = data.Q.shape[2]!;
  const [ineqDual, lowerDual, upperDual] = splitRows(all, n, data);
  return {x: tf.slice(x, [0, 0], [-1, n]), ineqDual, eqDual, lowerDual, upperDual};
}

/** The solutions, with those of the elastic problems for the infeasible samples. */
export function withClosest(
  found: BoundedSolution,
  status: tf.Tensor,
  elastic: BoundedSolution,
): BoundedSolution {
  const infeasible = offTape(() => tf.equal(status, Status.PRIMAL_INFEASIBLE));
  const mask = tf.expandDims(infeasible, 1);
  // Not every backend broadcasts to a tensor without entries.
  const choose = (other: tf.Tensor, own: tf.Tensor) =>
    own.size === 0 ? own : tf.where(tf.broadcastTo(mask, own.shape), other, own);
  return {
    x: choose(elastic.x, found.x),
    ineqDual: choose(elastic.ineqDual, found.ineqDual),
    eqDual: choose(elastic.eqDual, found.eqDual),
    lowerDual: choose(elastic.lowerDual, found.lowerDual),
    upperDual: choose(elastic.upperDual, found.upperDual),
  };
}

/**
 * ρ for each sample, [B]: the size of its objective divided by the size of its smallest row, so that x is equally accurate for all rows.
 */
function penaltyOf({Q, p, G, A}: QuadraticData): tf.Tensor {
  const objective = tf.maximum(tf.max(tf.abs(Q), [1, 2]), tf.max(tf.abs(p), 1));
  const smallest = [G, A]
    .filter((M) => M.shape[1]! > 0)
    .map((M) => smallestOf(tf.sum(tf.square(M), 2)))
    .reduce((a, b) => tf.minimum(a, b));
  return penaltyFor(objective, smallest);
}

/** The smallest squared norm of a row, but for rows of zeros, [B]. */
export function smallestOf(squares: tf.Tensor): tf.Tensor {
  return tf.min(tf.where(tf.greater(squares, 0), squares, tf.onesLike(squares)), 1);
}

/** ρ for the largest entry of the objective and the smallest squared norm of a row, each [B]. */
export function penaltyFor(objective: tf.Tensor, smallest: tf.Tensor): tf.Tensor {
  // A sample without an objective, or an invalid sample, has no size.
  const usable = tf.logicalAnd(tf.greater(objective, 0), tf.isFinite(objective));
  const scale = tf.where(usable, objective, tf.onesLike(objective));
  return tf.div(tf.mul(PENALTY, scale), tf.clipByValue(smallest, SMALLEST_ROW, 1));
}

/** The problem in (x, r, e). */
function elasticData({Q, p, G, h, A, b}: QuadraticData, n: number, m: number, k: number): QuadraticData {
  const slack = m + k;
  const rho = offTape(() => penaltyOf({Q, p, G, h, A, b}));
  const diagonal = tf.concat([tf.zeros([n]), tf.ones([slack])], 0);
  const penalty = tf.mul(tf.reshape(rho, [-1, 1, 1]), tf.mul(tf.eye(n + slack), diagonal));
  const relaxed = (M: tf.Tensor, rows: number, offset: number) => {
    const parts = [tf.zeros([rows, offset]), tf.neg(tf.eye(rows)), tf.zeros([rows, slack - offset - rows])];
    const columns = tf.tile(tf.expandDims(tf.concat(parts, 1), 0), [M.shape[0], 1, 1]);
    return rows === 0 ? tf.zeros([1, 0, n + slack]) : tf.concat([M, columns], 2);
  };
  const pad = (tensor: tf.Tensor) =>
    tf.pad(
      tensor,
      tensor.shape.map((_, i): [number, number] => [0, i === 0 ? 0 : slack]),
    );
  return {Q: tf.add(pad(Q), penalty), p: pad(p), G: relaxed(G, m, 0), h, A: relaxed(A, k, m), b};
}
