/** @file BFGS, with a dense approximation of the inverse Hessian. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {rowDot, safeDivide} from '../../linsolve/index.js';
import {DescentSolver, type DescentOptions, type MinimizationProblem} from './descent.js';
import type {Direction} from './parts/descent-iteration.js';

/**
 * min_x f(x, ...params) by BFGS: O(n²) per step and sample. `run(init, ...params)` returns {x, state}. The default condition is
 * `conditions.stationary`.
 *
 * @see Nocedal & Wright 2006, algorithm 6.1 and equation 6.20 for the first scaling.
 */
export class BFGS<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> extends DescentSolver<
  X,
  P
> {
  constructor(problem: MinimizationProblem<X, P>, options: DescentOptions<X, P> = {}) {
    super('BFGS', problem, inverseUpdates(), options);
  }
}

/** d = −H g with H updated by the last step. */
function inverseUpdates<P extends Parameter[]>(): Direction<P> {
  return {
    start: ([batch, n]) => ({
      H: tf.tile(tf.expandDims(tf.eye(n), 0), [batch, 1, 1]),
      fresh: tf.ones([batch, 1]),
    }),
    direction({gradient, before}, {H, fresh}) {
      const {step: s, change: y} = before;
      const n = s.shape[1];
      const cube = (mask: tf.Tensor) => tf.broadcastTo(tf.expandDims(mask, 2), H.shape);
      const sy = rowDot(s, y);
      const {known, learns, first} = offTape(() => {
        const known = tf.greater(before.known, 0);
        // Without curvature along the step, the step contains no information.
        const learns = tf.logicalAnd(known, tf.greater(sy, tf.mul(1e-10, rowDot(y, y))));
        return {known, learns, first: tf.logicalAnd(learns, tf.greater(fresh, 0))};
      });
      const [knownCube, learnsCube] = offTape(() => [cube(known), cube(learns)]);
      const eye = offTape(() => tf.broadcastTo(tf.eye(n), H.shape));
      const kept = tf.where(knownCube, H, eye);
      const scale = tf.where(first, safeDivide(sy, rowDot(y, y)), tf.onesLike(sy));
      const base = tf.mul(kept, tf.expandDims(scale, 2));
      const rho = tf.expandDims(safeDivide(tf.onesLike(sy), sy), 2);
      const [column, row] = [tf.expandDims(s, 2), tf.expandDims(s, 1)];
      const Hy = tf.matMul(base, tf.expandDims(y, 2));
      const yHy = tf.matMul(tf.expandDims(y, 1), Hy);
      const cross = tf.matMul(Hy, row);
      const outer = tf.matMul(column, row);
      const updated = tf.sub(
        tf.add(base, tf.mul(tf.mul(rho, tf.add(1, tf.mul(rho, yHy))), outer)),
        tf.mul(rho, tf.add(cross, tf.transpose(cross, [0, 2, 1]))),
      );
      const next = tf.where(learnsCube, updated, kept);
      const d = tf.neg(tf.reshape(tf.matMul(next, tf.expandDims(gradient, 2)), s.shape)) as tf.Tensor2D;
      const anew = offTape(() =>
        tf.where(known, tf.mul(fresh, tf.cast(tf.logicalNot(learns), 'float32')), tf.onesLike(fresh)),
      );
      return {d, memory: {H: next, fresh: anew}};
    },
  };
}
