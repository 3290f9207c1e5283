/** @file The KKT conditions of a quadratic program, with the structure that makes their linear system cheap. */
import * as tf from '@tensorflow/tfjs-core';
import type {Backward, Condition} from '../implicit/index.js';
import {hostCanRead, runQPGradient, sidesOf, type QPTensors} from '../kernels/index.js';
import {matVec, matVecTransposed, sumOfOuters} from '../linalg/index.js';
import {boundCotangents, rightSides, splitBoundRows, withBoundRows} from './bound-rows.js';
import {directReport, fromFunctions, isKkt, type KktOperator} from '../linsolve/index.js';

/** The solution of a batch of quadratic programs. */
export type QuadraticSolution = {
  /** [B, n]. */
  x: tf.Tensor;
  /** [B, m]. */
  ineqDual: tf.Tensor;
  /** [B, k]. */
  eqDual: tf.Tensor;
};

/** The data; every tensor has the batch or 1 in front. */
export type QuadraticData = QPTensors;

/** What the solver knows about the solution; not differentiated. */
export type QuadraticActivity = {
  /** [B, m] in [0, 1]: 1 if the inequality holds with equality, 0 if it is inactive, in between for a smoothed kink. */
  weight: tf.Tensor;
  /** [B], int32: not zero if the problem was not solved. Such a sample gets a zero gradient. */
  status: tf.Tensor;
};

/**
 * F = (½(Q+Qᵀ)x + p + Gᵀλ + Aᵀν ; w∘(Gx − h) − (1−w)∘λ ; Ax − b), w the indicator of the active inequalities.
 *
 * Bounds in the data are further rows of G and h: λ and w have their entries after those of G, first for lower, then for upper.
 *
 * With w from the solver, complementarity needs no product λ∘(Gx − h): its Jacobian stays regular for small multipliers, and is
 * the same at strict complementarity. A w between 0 and 1 is the derivative of a smoothed complementarity, with (1−w)/w the slope
 * −∂slack/∂multiplier. `linearize` passes the blocks to `linsolve.kkt`.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 6; Amos & Kolter 2017 (arXiv 1703.00443), equation 6.
 */
export const quadraticKkt: Condition<QuadraticSolution, [QuadraticData, QuadraticActivity]> = (
  {x, ineqDual, eqDual},
  data,
  {weight},
) =>
  tf.tidy(() => {
    const sides = sidesOf(data);
    const {ofG, ofX} = splitBoundRows(ineqDual, data.Q.shape[2]!, sides);
    return {
      x: tf.addN([
        tf.mul(0.5, tf.add(matVec(data.Q, x), matVecTransposed(data.Q, x))),
        tf.add(data.p, tf.zerosLike(x)),
        matVecTransposed(data.G, ofG),
        matVecTransposed(data.A, eqDual),
        ...(ofX ? [ofX] : []),
      ]),
      ineqDual: tf.sub(
        tf.mul(weight, tf.sub(withBoundRows(matVec(data.G, x), x, sides), rightSides(data.h, data))),
        tf.mul(tf.sub(1, weight), ineqDual),
      ),
      eqDual: tf.sub(matVec(data.A, x), data.b),
    };
  });

/** The rows of `linearize` are (x, ineqDual, eqDual). */
quadraticKkt.order = ['x', 'ineqDual', 'eqDual'];

/** The cotangents of the data for the cotangent u of F; that of the weight is zero. */
quadraticKkt.pullback = (
  u,
  {x, ineqDual, eqDual},
  data,
  {weight, status},
): [QuadraticData, QuadraticActivity] =>
  tf.tidy(() => {
    const half = tf.mul(0.5, u.x);
    const weighted = tf.mul(weight, u.ineqDual);
    const [n, sides] = [data.Q.shape[2]!, sidesOf(data)];
    const {h, ...bounds} = boundCotangents(tf.neg(weighted), data);
    const sumTo = (gradient: tf.Tensor, {shape}: tf.Tensor) =>
      shape[0] === gradient.shape[0] ? gradient : tf.sum(gradient, 0, true);
    const cotangents: QuadraticData = {
      Q: sumOfOuters(
        [
          [half, x],
          [x, half],
        ],
        data.Q.shape[0],
      ),
      p: sumTo(tf.clone(u.x), data.p),
      G: sumOfOuters(
        [
          [splitBoundRows(ineqDual, n, sides).ofG, u.x],
          [splitBoundRows(weighted, n, sides).ofG, x],
        ],
        data.G.shape[0],
      ),
      h,
      A: sumOfOuters(
        [
          [eqDual, u.x],
          [u.eqDual, x],
        ],
        data.A.shape[0],
      ),
      b: sumTo(tf.neg(u.eqDual), data.b),
      ...bounds,
    };
    // What the solver knows about the solution is not a parameter.
    return [cotangents, {weight: tf.zerosLike(weight), status}];
  });

/** A residual up to this is that of a solved system. */
const SOLVED = 1e-9;

/**
 * With `linsolve.kkt`: small problems, where the calls would take longer than the solution; and all on a device, whose kernel also solves
 * singular systems.
 */
quadraticKkt.backward = (linsolve, needed, v, solution, data, {weight, status}): Backward | null => {
  if (!isKkt(linsolve)) return null;
  const found = runQPGradient(data, {weight, status}, solution, v, needed);
  if (!found || (hostCanRead() && !found.residual.dataSync().every((size) => size <= SOLVED))) return null;
  const {cotangents, residual} = found;
  return {
    cotangents: [...cotangents, needed[cotangents.length] ? tf.zerosLike(weight) : null],
    info: () => directReport(residual),
  };
};

/** The Jacobian in (x, ineqDual, eqDual) as an operator on rows [B, n + m + k], with the blocks for `linsolve.kkt`. */
quadraticKkt.linearize = ({x}, data, {weight, status}) => {
  const sides = sidesOf(data);
  const product = (v: tf.Tensor, transpose: boolean) =>
    tf.tidy(() => {
      const [n, m, k] = [data.Q.shape[2]!, weight.shape[1]!, data.A.shape[1]!];
      const [vx, vIneq, vEq] = tf.split(tf.reshape(v, [x.shape[0], n + m + k]), [n, m, k], 1);
      const inactive = tf.mul(tf.sub(weight, 1), vIneq);
      const curvature = tf.mul(0.5, tf.add(matVec(data.Q, vx), matVecTransposed(data.Q, vx)));
      const ineq = transpose ? tf.mul(weight, vIneq) : vIneq;
      const {ofG, ofX} = splitBoundRows(ineq, n, sides);
      const values = withBoundRows(matVec(data.G, vx), vx, sides);
      const row = transpose ? values : tf.mul(weight, values);
      const parts = [curvature, matVecTransposed(data.G, ofG), matVecTransposed(data.A, vEq)];
      return tf.reshape(
        tf.concat([tf.addN(ofX ? [...parts, ofX] : parts), tf.add(row, inactive), matVec(data.A, vx)], 1),
        v.shape,
      );
    });
  const operator: KktOperator = {
    ...fromFunctions({
      batched: true,
      apply: (v) => product(v, false),
      applyTranspose: (v) => product(v, true),
    }),
    blocks: {Q: data.Q, G: data.G, A: data.A, weight, status, sides},
  };
  return operator;
};
