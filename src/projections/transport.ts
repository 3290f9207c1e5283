/** @file Projections onto the transportation polytope: matrices with given row and column sums. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap} from '../autodiff/index.js';
import type {Regularization} from '../kernels/index.js';
import {checkRank} from './rows.js';
import {transportPlan} from './transport-plan.js';

/** The row and column sums that a plan must have. */
export type TransportParams = {
  /** Row sums: [n], or a tensor of shape [..., n]. Non-negative, with the same total as b; a row whose sum is zero is zero. */
  a: tf.Tensor;
  /** Column sums: [m], or a tensor of shape [..., m]. */
  b: tf.Tensor;
};

/**
 * argmin ‖P − x‖²_F subject to P ≥ 0, P1 = a, Pᵀ1 = b: regularised optimal transport for the similarities x, sparse.
 *
 * A sample whose sums cannot be met, or that was not solved, becomes NaN; the other samples are unaffected. Where x is −∞, P is
 * zero.
 *
 * @param x [..., n, m]. Differentiable in x, a and b. f64 inside, if the host can read.
 * @throws If x has fewer than two axes, or a or b do not fit it.
 * @see Blondel, Seguy & Rolet 2018 (arXiv 1710.06276), equations 7 and 10.
 */
export function transport(x: tf.Tensor, params: TransportParams): tf.Tensor {
  return project('transport', 'euclidean', x, params);
}

/** argmin ‖P − x‖²_F over the doubly stochastic matrices: `transport` with sums 1. @param x [..., n, n]. */
export function birkhoff(x: tf.Tensor): tf.Tensor {
  return project('birkhoff', 'euclidean', x, ones('birkhoff', x));
}

/**
 * argmin KL(P, exp(x)) subject to P1 = a, Pᵀ1 = b: entropic optimal transport, P = diag(e⁻ᵘ) eˣ diag(e⁻ᵛ), positive.
 *
 * For a cost C and the strength ε, x = −C/ε. Everything is computed in the logarithmic domain. A sample whose sums cannot be met,
 * or that was not solved, becomes NaN; the other samples are unaffected. Where x is −∞, P is zero.
 *
 * @param x [..., n, m]. Differentiable in x, a and b. f64 inside, if the host can read.
 * @throws If x has fewer than two axes, or a or b do not fit it.
 * @see Cuturi 2013 (arXiv 1306.0895).
 */
export function klTransport(x: tf.Tensor, params: TransportParams): tf.Tensor {
  return project('klTransport', 'entropic', x, params);
}

/** argmin KL(P, exp(x)) over the doubly stochastic matrices: `klTransport` with sums 1. @param x [..., n, n]. */
export function klBirkhoff(x: tf.Tensor): tf.Tensor {
  return project('klBirkhoff', 'entropic', x, ones('klBirkhoff', x));
}

function ones(caller: string, x: tf.Tensor): TransportParams {
  checkRank(x, caller, 2);
  const [n, m] = x.shape.slice(-2);
  if (n !== m) throw new Error(`projections.${caller}: x must have shape [..., n, n], got [${x.shape}].`);
  return {a: tf.ones([n]), b: tf.ones([n])};
}

const NAMES: Names<TransportParams> = {a: 1, b: 1};

function project(
  caller: string,
  kind: Regularization['kind'],
  x: tf.Tensor,
  params: TransportParams,
): tf.Tensor {
  const {a, b} = checkOptions(`projections.${caller}`, params, NAMES, 'parameter');
  checkRank(x, caller, 2);
  const [n, m] = x.shape.slice(-2);
  if (a.shape[a.rank - 1] !== n || b.shape[b.rank - 1] !== m) {
    throw new Error(
      `projections.${caller}: for x of shape [${x.shape}], a must have shape [..., ${n}] and b [..., ${m}]; ` +
        `got [${a.shape}] and [${b.shape}].`,
    );
  }
  return floatMap(`projections.${caller}`, {x, a, b}, ({x, a, b}) => {
    const outer = x.shape.slice(0, -2);
    const batch = outer.reduce((product, size) => product * size, 1);
    const sums = (values: tf.Tensor, size: number) =>
      tf.reshape(tf.broadcastTo(values, [...outer, size]), [batch, size]);
    const problem = {x: tf.reshape(x, [batch, n, m]), a: sums(a, n), b: sums(b, m)};
    return tf.reshape(transportPlan({kind, strength: 1}, problem).plan, x.shape);
  });
}
