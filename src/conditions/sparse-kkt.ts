/** @file The KKT conditions of a quadratic program with sparse matrices, and the linear solver of their system. */
import * as tf from '@tensorflow/tfjs-core';
import type {Condition} from '../implicit/index.js';
import {runSparseKkt, type ProblemStructure, type SparseTensors} from '../kernels/index.js';
import {directReport, fromFunctions, reporting, type LinearSolver, type Operator} from '../linsolve/index.js';
import {sparseMatVec, sparseOuters, type SparsePattern} from '../linalg/index.js';
import {boundCotangents, rightSides, splitBoundRows, withBoundRows} from './bound-rows.js';
import type {QuadraticActivity, QuadraticSolution} from './quadratic-kkt.js';

/** Q, G and A are the values of the entries, [B | 1, entries]. */
export type SparseData = SparseTensors;

interface SparseKktOperator extends Operator {
  solve: (right: tf.Tensor2D, transpose: boolean) => [u: tf.Tensor2D, residual: tf.Tensor1D];
}

/** F of `quadraticKkt` for matrices with this structure. */
export function sparseKkt(
  structure: ProblemStructure,
): Condition<QuadraticSolution, [SparseData, QuadraticActivity]> {
  const {n, m, p: k, entries, sides} = structure;
  const Q: SparsePattern = {shape: [n, n], entries: entries.Q};
  const G: SparsePattern = {shape: [entries.m, n], entries: entries.G};
  const A: SparsePattern = {shape: [k, n], entries: entries.A};
  const curvature = (values: tf.Tensor, x: tf.Tensor) =>
    tf.mul(0.5, tf.add(sparseMatVec(Q, values, x), sparseMatVec(Q, values, x, true)));

  const condition: Condition<QuadraticSolution, [SparseData, QuadraticActivity]> = (
    {x, ineqDual, eqDual},
    data,
    {weight},
  ) =>
    tf.tidy(() => {
      const {ofG, ofX} = splitBoundRows(ineqDual, n, sides);
      return {
        x: tf.addN([
          curvature(data.Q, x),
          tf.add(data.p, tf.zerosLike(x)),
          sparseMatVec(G, data.G, ofG, true),
          sparseMatVec(A, data.A, eqDual, true),
          ...(ofX ? [ofX] : []),
        ]),
        ineqDual: tf.sub(
          tf.mul(
            weight,
            tf.sub(withBoundRows(sparseMatVec(G, data.G, x), x, sides), rightSides(data.h, data)),
          ),
          tf.mul(tf.sub(1, weight), ineqDual),
        ),
        eqDual: tf.sub(sparseMatVec(A, data.A, x), data.b),
      };
    });

  condition.order = ['x', 'ineqDual', 'eqDual'];

  condition.pullback = (u, {x, ineqDual, eqDual}, data, {weight, status}) =>
    tf.tidy(() => {
      const half = tf.mul(0.5, u.x);
      const weighted = tf.mul(weight, u.ineqDual);
      const ofG = (y: tf.Tensor) => splitBoundRows(y, n, sides).ofG;
      const {h, ...bounds} = boundCotangents(tf.neg(weighted), data);
      const sumTo = (gradient: tf.Tensor, {shape}: tf.Tensor) =>
        shape[0] === gradient.shape[0] ? gradient : tf.sum(gradient, 0, true);
      const pairs = (pattern: SparsePattern, values: tf.Tensor, ...terms: [tf.Tensor, tf.Tensor][]) =>
        tf.addN(terms.map(([a, b]) => sparseOuters(pattern, a, b, values.shape[0])));
      const cotangents: SparseData = {
        Q: pairs(Q, data.Q, [half, x], [x, half]),
        p: sumTo(tf.clone(u.x), data.p),
        G: pairs(G, data.G, [ofG(ineqDual), u.x], [ofG(weighted), x]),
        h,
        A: pairs(A, data.A, [eqDual, u.x], [u.eqDual, x]),
        b: sumTo(tf.neg(u.eqDual), data.b),
        ...bounds,
      };
      return [cotangents, {weight: tf.zerosLike(weight), status}];
    });

  condition.linearize = ({x}, data, {weight, status}) => {
    const product = (v: tf.Tensor, transpose: boolean) =>
      tf.tidy(() => {
        const [vx, vIneq, vEq] = tf.split(tf.reshape(v, [x.shape[0], n + m + k]), [n, m, k], 1);
        const inactive = tf.mul(tf.sub(weight, 1), vIneq);
        const ineq = transpose ? tf.mul(weight, vIneq) : vIneq;
        const image = withBoundRows(sparseMatVec(G, data.G, vx), vx, sides);
        const {ofG, ofX} = splitBoundRows(ineq, n, sides);
        const row = transpose ? image : tf.mul(weight, image);
        const first = tf.addN([
          curvature(data.Q, vx),
          sparseMatVec(G, data.G, ofG, true),
          sparseMatVec(A, data.A, vEq, true),
          ...(ofX ? [ofX] : []),
        ]);
        const rows = [first, tf.add(row, inactive), sparseMatVec(A, data.A, vx)];
        return tf.reshape(tf.concat(rows, 1), v.shape);
      });
    const blocks = {structure, Q: data.Q, G: data.G, A: data.A, weight, status};
    const operator: SparseKktOperator = {
      ...fromFunctions({
        batched: true,
        apply: (v) => product(v, false),
        applyTranspose: (v) => product(v, true),
      }),
      solve: (right, transpose) => runSparseKkt(blocks, right, transpose),
    };
    return operator;
  };
  return condition;
}

/** Solves the systems of `sparseKkt`, by its own factors. */
export const sparseKktSolver: LinearSolver = {
  className: 'sparseKkt',
  getConfig: () => ({}),
  factor(operator) {
    const {solve} = operator as SparseKktOperator;
    return reporting((v, transpose) => {
      const [u, residual] = solve(tf.reshape(v, [v.shape[0], -1]) as tf.Tensor2D, transpose);
      return {x: tf.reshape(u, v.shape), info: directReport(residual)};
    });
  },
};
