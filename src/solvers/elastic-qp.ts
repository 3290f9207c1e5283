/** @file The closest feasible point of an infeasible quadratic program, by elastic constraints. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import type {QuadraticData, QuadraticSolution} from '../conditions/index.js';
import {Status} from '../implicit/index.js';
import {hostCanRead} from '../kernels/index.js';
import type {InteriorPointQP} from './interior-point-qp.js';

/** Weight of the violation relative to the data: x is off the least violation by about its inverse. */
const PENALTY = 1e6;

/**
 * Replaces the solutions of infeasible samples by those of
 *
 *     min ½ xᵀQx + pᵀx + ½ρ(‖r‖² + ‖e‖²)  subject to  Gx − r ≤ h,  Ax − e = b,
 *
 * which for large ρ is the minimum of the objective among the points with the least violation (r, e). It is a feasible
 * quadratic program of its own, differentiated like any other.
 */
export function solveElastic(
  solver: InteriorPointQP,
  data: QuadraticData,
  found: QuadraticSolution,
  status: tf.Tensor,
): QuadraticSolution {
  const infeasible = offTape(() => tf.equal(status, Status.PRIMAL_INFEASIBLE));
  if (hostCanRead() && infeasible.dataSync().every((flag) => flag === 0)) return found;
  const [n, m, k] = [data.Q.shape[2]!, data.G.shape[1]!, data.A.shape[1]!];
  const {x} = solver.run(null, elasticData(data, n, m, k));
  const mask = tf.expandDims(infeasible, 1);
  const choose = (other: tf.Tensor, own: tf.Tensor) => tf.where(tf.broadcastTo(mask, own.shape), other, own);
  return {
    x: choose(tf.slice(x.x, [0, 0], [-1, n]), found.x),
    ineqDual: choose(x.ineqDual, found.ineqDual),
    eqDual: choose(x.eqDual, found.eqDual),
  };
}

/** The problem in (x, r, e). */
function elasticData({Q, p, G, h, A, b}: QuadraticData, n: number, m: number, k: number): QuadraticData {
  const slack = m + k;
  const rho = offTape(() => {
    const largest = tf.maximum(tf.max(tf.abs(Q)), tf.max(tf.abs(p)));
    return tf.mul(PENALTY, tf.where(tf.greater(largest, 0), largest, tf.onesLike(largest)));
  });
  const penalty = tf.mul(rho, tf.mul(tf.eye(n + slack), tf.concat([tf.zeros([n]), tf.ones([slack])], 0)));
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
