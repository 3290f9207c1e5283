/** @file Broyden's method for a root, without derivatives of F. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {rowDot, rowNorm, safeDivide} from '../../linsolve/index.js';
import {firstScale} from '../iteration/first-scale.js';
import {RootSolver, type RootProblem} from './root-finding.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';

/** The options of `Broyden`: those of every iterative solver, and the scale of the first inverse Jacobian. */
export interface BroydenOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends SolverOptions<X, P> {
  /**
   * The first approximation of the inverse Jacobian is this times the identity, in units of x over F; for F = T − x of a
   * contraction, −1. Default: found from the change of F along a step.
   */
  gamma?: number | undefined;
}

const NAMES: Names<BroydenOptions<Structure, Parameter[]>> = {...SOLVER_OPTIONS, gamma: 0};

/**
 * F(x, ...params) = 0 by x ← x − tJ⁻¹F with a dense approximation of the inverse Jacobian, updated by each step; t is halved
 * until ‖F‖ decreases.
 *
 * `run(init, ...params)` returns {x, state}. The default condition is F; only the implicit gradient differentiates it.
 *
 * @throws If `gamma` is zero or not finite.
 * @see Broyden 1965 (the "good" update); Nocedal & Wright 2006, algorithm 11.3.
 */
export class Broyden<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> extends RootSolver<
  X,
  P
> {
  constructor(problem: RootProblem<X, P>, given: BroydenOptions<X, P> = {}) {
    const {gamma, ...options} = checkOptions('Broyden', given, NAMES);
    if (gamma !== undefined && !(Number.isFinite(gamma) && gamma !== 0)) {
      throw new Error(`Broyden: gamma must be finite and not zero, got ${gamma}.`);
    }
    super(
      'Broyden',
      problem,
      {
        start(x, f, at) {
          const [batch, n] = x.shape;
          const probe = () => {
            const {x: length, gradient: size, sign} = firstScale(x, f, at);
            return tf.mul(sign, tf.div(length, size));
          };
          return {
            H: tf.zeros([batch, n, n]),
            begun: tf.zeros([batch, 1]),
            gamma: gamma === undefined ? probe() : tf.fill([batch, 1], gamma),
          };
        },
        direction({x, f, before, scale}, {H, begun, gamma: first}) {
          const times = (M: tf.Tensor, v: tf.Tensor, transpose = false) =>
            tf.squeeze(tf.matMul(M, tf.expandDims(v, 2), transpose), [2]);
          // An unrolled gradient treats the matrices as constants, because they are quotients of numbers that vanish at the
          // solution.
          const {H: next, begun: anew} = offTape(() => {
            const cube = (mask: tf.Tensor) => tf.broadcastTo(tf.expandDims(mask, 2), H.shape);
            const [s, y] = [tf.sub(x, before.x), tf.sub(f, before.f)];
            const Hy = times(H, y);
            const sHy = rowDot(s, Hy);
            const known = tf.greater(before.known, 0);
            const large = tf.greater(tf.abs(sHy), tf.mul(1e-10, tf.mul(rowNorm(s), rowNorm(Hy))));
            const gain = safeDivide(tf.sub(s, Hy), tf.add(sHy, tf.zerosLike(Hy)));
            const update = tf.matMul(tf.expandDims(gain, 2), tf.expandDims(times(H, s, true), 1));
            // Restarted because no step reduced ‖F‖; this time with the opposite sign.
            const sign = tf.sub(1, tf.mul(2, tf.mod(begun, 2)));
            const fresh = tf.mul(tf.expandDims(tf.mul(tf.mul(sign, first), scale), 2), tf.eye(x.shape[1]));
            const kept = tf.where(cube(known), H, fresh);
            return {
              H: tf.where(cube(tf.logicalAnd(known, large)), tf.add(H, update), kept),
              begun: tf.where(known, begun, tf.add(begun, 1)),
            };
          });
          return {d: tf.neg(times(next, f)) as tf.Tensor2D, memory: {H: next, begun: anew, gamma: first}};
        },
      },
      options,
    );
  }
}
