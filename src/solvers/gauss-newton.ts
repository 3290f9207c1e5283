/** @file The Gauss–Newton method for nonlinear least squares. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {flatten, type Parameter, type Structure} from '../autodiff/index.js';
import {packingOf} from '../implicit/index.js';
import {auto} from '../linsolve/index.js';
import {IterativeSolver} from './iterate.js';
import {
  checkLeastSquares,
  leastSquaresCondition,
  leastSquaresStep,
  linearization,
  type LeastSquaresProblem,
} from './least-squares.js';
import {SOLVER_OPTIONS, type SolverOptions} from './types.js';

/**
 * min_x ½‖r(x, ...params)‖² by x ← x − J⁺r, J = ∂r/∂x, without damping: for small residuals and a good start.
 *
 * A sample that runs so far that J becomes zero has status 4. The steps come from orthogonal factorisations of J in f64, never from JᵀJ. `run(init, ...params)` returns {x, state}; solved at
 * ‖J⁺r‖ ≤ tolerance·(1 + ‖x‖). The default condition is ∇½‖r‖² = 0, with the whole Hessian.
 *
 * @see Nocedal & Wright 2006, section 10.3.
 */
export class GaussNewton<
  X extends Structure = Structure,
  P extends Parameter[] = Parameter[],
> extends IterativeSolver<X, P> {
  constructor(problem: LeastSquaresProblem<X, P>, options: SolverOptions<X, P> = {}) {
    checkLeastSquares('GaussNewton', problem);
    const {batched = true} = checkOptions('GaussNewton', options, SOLVER_OPTIONS);
    super(
      'GaussNewton',
      {
        start: () => [],
        step(x, memory, ...params) {
          const packing = packingOf(flatten(x), batched);
          const {r, J} = linearization(problem, x, params, batched);
          const step = leastSquaresStep(J, r);
          const moved = tf.add(packing.pack(flatten(x)), step);
          // Where J has vanished no step is left, but nothing is solved: x ran away.
          const lost = tf.logicalAnd(
            tf.equal(tf.max(tf.abs(J), [1, 2]), 0),
            tf.greater(tf.max(tf.abs(r), 1), 0),
          );
          const flat = tf.broadcastTo(tf.expandDims(lost, 1), step.shape);
          const residual = tf.where(flat, tf.fill(step.shape, NaN), step);
          return {x: packing.restore(x, moved), memory, residual: packing.restore(x, residual)};
        },
      },
      leastSquaresCondition(problem),
      {maxIterations: 100, ...options, linsolve: options.linsolve ?? auto()},
    );
  }
}
