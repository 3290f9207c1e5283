/** @file The Levenberg–Marquardt method for nonlinear least squares. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {flatten, offTape, type Parameter, type Structure} from '../autodiff/index.js';
import {packingOf} from '../implicit/index.js';
import {auto, rowDot} from '../linsolve/index.js';
import {IterativeSolver} from './iterate.js';
import {
  checkLeastSquares,
  leastSquaresCondition,
  leastSquaresStep,
  linearization,
  type LeastSquaresProblem,
} from './least-squares.js';
import {SOLVER_OPTIONS, type SolverOptions} from './types.js';

export interface LevenbergMarquardtOptions<X extends Structure, P extends Parameter[]> extends SolverOptions<
  X,
  P
> {
  /** The first damping, as a share of the largest diagonal entry of JᵀJ. Default 1e-3. */
  damping?: number;
}

const NAMES: Names<LevenbergMarquardtOptions<Structure, Parameter[]>> = {...SOLVER_OPTIONS, damping: 0};

/**
 * min_x ½‖r(x, ...params)‖² by steps that minimise ½‖r + Js‖² + ½μ‖s‖², J = ∂r/∂x, μ by how well that predicts ‖r‖.
 *
 * The steps come from orthogonal factorisations of [J; √μ I] in f64. `run(init, ...params)` returns {x, state}; solved at ‖Jᵀr‖ ≤
 * tolerance·(1 + ‖x‖). The default condition is ∇½‖r‖² = 0, with the whole Hessian.
 *
 * @throws If `damping` is not positive.
 * @see Madsen, Nielsen & Tingleff 2004, Methods for non-linear least squares problems, algorithm 3.16.
 */
export class LevenbergMarquardt<
  X extends Structure = Structure,
  P extends Parameter[] = Parameter[],
> extends IterativeSolver<X, P> {
  constructor(problem: LeastSquaresProblem<X, P>, given: LevenbergMarquardtOptions<X, P> = {}) {
    checkLeastSquares('LevenbergMarquardt', problem);
    const {damping = 1e-3, ...options} = checkOptions('LevenbergMarquardt', given, NAMES);
    if (!(damping > 0)) throw new Error(`LevenbergMarquardt: damping must be positive, got ${damping}.`);
    const {batched = true} = options;
    type Memory = {mu: tf.Tensor; growth: tf.Tensor};
    super(
      'LevenbergMarquardt',
      {
        start(x: X, ..._params: P) {
          const [batch] = packingOf(flatten(x), batched).shape;
          return {mu: tf.fill([batch, 1], -1), growth: tf.fill([batch, 1], 2)};
        },
        step(x, memory, ...params) {
          const packing = packingOf(flatten(x), batched);
          const [batch, n] = packing.shape;
          const rows = packing.pack(flatten(x));
          const {r, J} = linearization(problem, x, params, batched);
          const slope = tf.squeeze(tf.matMul(J, tf.expandDims(r, 2), true), [2]) as tf.Tensor2D;
          const {mu: before, growth} = memory as Memory;
          const largest = tf.max(tf.sum(tf.square(J), 1), 1, true);
          const mu = tf.where(tf.less(before, 0), tf.mul(damping, largest), before);
          const damped = tf.mul(tf.expandDims(tf.sqrt(mu), 2), tf.eye(n));
          const step = leastSquaresStep(
            tf.concat([J, tf.broadcastTo(damped, [batch, n, n]) as tf.Tensor3D], 1),
            tf.concat([r, tf.zeros([batch, n])], 1),
          );
          const {accept, next} = offTape(() => {
            const there = tf.reshape(
              problem.residual(packing.restore(x, tf.add(rows, step)), ...params),
              r.shape,
            );
            const gain = tf.mul(0.5, tf.sub(rowDot(r, r), rowDot(there, there)));
            const predicted = tf.mul(0.5, rowDot(step, tf.sub(tf.mul(mu, step), slope)));
            // So near the solution f32 cannot tell the values apart; the step is the better judge.
            const alike = tf.lessEqual(tf.abs(gain), tf.mul(4e-7, rowDot(r, r)));
            const ratio = tf.where(alike, tf.onesLike(gain), tf.div(gain, predicted));
            const good = tf.greater(ratio, 0);
            const factor = tf.maximum(1 / 3, tf.sub(1, tf.pow(tf.sub(tf.mul(2, ratio), 1), 3)));
            return {
              accept: tf.cast(good, 'float32'),
              next: {
                mu: tf.where(good, tf.mul(mu, factor), tf.mul(mu, growth)),
                growth: tf.where(good, tf.fill(growth.shape, 2), tf.mul(2, growth)),
              },
            };
          });
          const moved = tf.where(
            tf.broadcastTo(tf.cast(accept, 'bool'), rows.shape),
            tf.add(rows, step),
            rows,
          );
          return {x: packing.restore(x, moved), memory: next, residual: packing.restore(x, slope)};
        },
      },
      leastSquaresCondition(problem),
      {maxIterations: 200, ...options, linsolve: options.linsolve ?? auto()},
    );
  }
}
