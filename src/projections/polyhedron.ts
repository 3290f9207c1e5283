/** @file Projection onto a polyhedron: a quadratic program. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap} from '../autodiff/index.js';
import {solveQP, type SolveQPOptions} from '../solvers/index.js';
import {asRows, checkRank} from './rows.js';

/** The polyhedron Gy ≤ h, Ay = b: one pair of constraints, or both; G comes with h, A with b. */
export type PolyhedronParams = {
  /** The matrix of the equalities, [k, n] or [rows, k, n]. */
  A?: tf.Tensor | undefined;
  /** The right-hand side of the equalities, [k] or [rows, k]. */
  b?: tf.Tensor | undefined;
  /** The matrix of the inequalities, [m, n] or [rows, m, n]. */
  G?: tf.Tensor | undefined;
  /** The right-hand side of the inequalities, [m] or [rows, m]; Infinity for a row that does not exist. */
  h?: tf.Tensor | undefined;
};

const NAMES: Names<PolyhedronParams> = {A: 0, b: 0, G: 0, h: 0};

/**
 * argmin ‖y − x‖² subject to Gy ≤ h, Ay = b, along the last axis.
 *
 * If the polyhedron of a sample is empty, the option `onInfeasible` decides: zero, or the closest of the points that violate the
 * constraints least. `onFailure` decides whether it is reported.
 *
 * @param x [..., n]; `rows` above is the product of its other axes. Differentiable in x, A, b, G and h; computed in f64.
 * @throws The errors of `solveQP`.
 * @see `solveQP`; this is the case Q = I, p = −x.
 */
export function polyhedron(x: tf.Tensor, params: PolyhedronParams, options: SolveQPOptions = {}): tf.Tensor {
  const {A, b, G, h} = checkOptions('projections.polyhedron', params, NAMES, 'parameter');
  checkRank(x, 'polyhedron', 1);
  return floatMap('projections.polyhedron', {x, A, b, G, h}, ({x, A, b, G, h}) => {
    const rows = asRows(x);
    const problem = {Q: tf.eye(rows.shape[1]), p: tf.neg(rows), A, b, G, h};
    return tf.reshape(solveQP(problem, options).x, x.shape);
  });
}
