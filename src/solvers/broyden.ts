/** @file Broyden's method for a root, without derivatives of F. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import type {Parameter, Structure} from '../autodiff/index.js';
import {rowDot, rowNorm, safeDivide} from '../linsolve/index.js';
import {RootSolver, type RootProblem} from './root-finding.js';
import {SOLVER_OPTIONS, type SolverOptions} from './types.js';

export interface BroydenOptions<X extends Structure, P extends Parameter[]> extends SolverOptions<X, P> {
  /** The first approximation of the inverse Jacobian is this times the identity; for F = T − x of a contraction, −1. Default 1. */
  gamma?: number;
}

const NAMES: Names<BroydenOptions<Structure, Parameter[]>> = {...SOLVER_OPTIONS, gamma: 0};

/**
 * F(x, ...params) = 0 by x ← x − tJ⁻¹F with a dense approximation of the inverse Jacobian, updated by each step; t is halved until ‖F‖
 * falls.
 *
 * `run(init, ...params)` returns {x, state}; solved at ‖F‖ ≤ tolerance·(1 + ‖x‖). The default condition is F, which only the implicit
 * gradient differentiates.
 *
 * @throws If `gamma` is zero or not finite.
 * @see Broyden 1965 (the "good" update); Nocedal & Wright 2006, algorithm 11.3.
 */
export class Broyden<X extends Structure = Structure, P extends Parameter[] = Parameter[]> extends RootSolver<
  X,
  P
> {
  constructor(problem: RootProblem<X, P>, given: BroydenOptions<X, P> = {}) {
    const {gamma = 1, ...options} = checkOptions('Broyden', given, NAMES);
    if (!(Number.isFinite(gamma) && gamma !== 0)) {
      throw new Error(`Broyden: gamma must be finite and not zero, got ${gamma}.`);
    }
    const first = ([batch, n]: [number, number]) =>
      tf.tile(tf.expandDims(tf.mul(gamma, tf.eye(n)), 0), [batch, 1, 1]);
    super(
      'Broyden',
      problem,
      {
        start: (rows) => ({H: first(rows), begun: tf.zeros([rows[0], 1])}),
        direction({x, f, before}, {H, begun}) {
          const times = (M: tf.Tensor, v: tf.Tensor, transpose = false) =>
            tf.squeeze(tf.matMul(M, tf.expandDims(v, 2), transpose), [2]);
          const cube = (mask: tf.Tensor) => tf.broadcastTo(tf.expandDims(mask, 2), H.shape);
          const [s, y] = [tf.sub(x, before.x), tf.sub(f, before.f)];
          const Hy = times(H, y);
          const sHy = rowDot(s, Hy);
          const learns = tf.logicalAnd(
            tf.greater(before.known, 0),
            tf.greater(tf.abs(sHy), tf.mul(1e-10, tf.mul(rowNorm(s), rowNorm(Hy)))),
          );
          const gain = safeDivide(tf.sub(s, Hy), tf.add(sHy, tf.zerosLike(Hy)));
          const update = tf.matMul(tf.expandDims(gain, 2), tf.expandDims(times(H, s, true), 1));
          const known = tf.greater(before.known, 0);
          // Begun anew, since no step reduced ‖F‖: this time the other way.
          const sign = tf.sub(1, tf.mul(2, tf.mod(begun, 2)));
          const kept = tf.where(cube(known), H, tf.mul(tf.expandDims(sign, 2), first(x.shape)));
          const next = tf.where(cube(learns), tf.add(H, update), kept);
          return {
            d: tf.neg(times(next, f)) as tf.Tensor2D,
            memory: {H: next, begun: tf.where(known, begun, tf.add(begun, 1))},
          };
        },
      },
      options,
    );
  }
}
