/** @file Newton's method for a root. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../checks/index.js';
import {isOwn, marked, type Parameter, type Structure} from '../../autodiff/index.js';
import {auto} from '../../linsolve/index.js';
import {frozenSolution} from '../iteration/frozen-solution.js';
import {checkRoot, RootSolver, type RootProblem} from './root-finding.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';

/**
 * F(x, ...params) = 0 by x ← x − t(∂₁F)⁻¹F, with t halved until ‖F‖ decreases.
 *
 * `run(init, ...params)` returns {x, state}. `linsolve` solves the Newton systems and the linear system of the gradient. The
 * default condition is F; `conditions.newton(F)` works too.
 *
 * @see Nocedal & Wright 2006, section 11.1.
 */
export class NewtonRoot<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends RootSolver<X, P> {
  constructor(problem: RootProblem<X, P>, options: SolverOptions<X, P> = {}) {
    const {fun} = checkRoot('NewtonRoot', problem);
    const {linsolve = auto(), batched = true} = checkOptions('NewtonRoot', options, SOLVER_OPTIONS);
    super(
      'NewtonRoot',
      {fun},
      {
        // A linear solver, or a formula for the Jacobian, may call functions of the user's, too.
        functions: isOwn('factor', linsolve) && !fun.linearize ? [marked(fun)] : null,
        start: () => ({}),
        direction({f, point, params, scale}, memory) {
          const values = tf.mul(f, scale);
          const step = frozenSolution(fun, {linsolve, batched}, point as X, params, values);
          return {d: tf.neg(step), memory};
        },
      },
      options,
    );
  }
}
