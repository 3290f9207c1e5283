/** @file Newton's method for a minimum. */
import {isOwn, type Parameter, type Structure} from '../../autodiff/index.js';
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../checks/index.js';
import {stationary} from '../../conditions/index.js';
import {auto} from '../../linsolve/index.js';
import {DESCENT, DescentSolver, type DescentOptions, type MinimizationProblem} from './descent.js';
import {withFun} from '../iteration/problem.js';
import {frozenSolution} from '../iteration/frozen-solution.js';

/**
 * min_x f(x, ...params) by x ← x − t(∇²f)⁻¹∇f, with t from a line search; if f does not decrease along that direction, along −∇f.
 *
 * `run(init, ...params)` returns {x, state}. `linsolve` solves the Newton systems and the linear system of the gradient. The
 * default condition is `conditions.stationary`; `conditions.newton` works too. f must be twice differentiable in tfjs (see
 * `enableHigherOrderGradients`).
 *
 * @see Nocedal & Wright 2006, section 3.3.
 */
export class Newton<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends DescentSolver<X, P> {
  constructor(problem: MinimizationProblem<X, P>, options: DescentOptions<X, P> = {}) {
    const {linsolve = auto(), batched = true} = checkOptions('Newton', options, DESCENT);
    const given = withFun<X, P, typeof problem>('Newton', problem);
    const condition = stationary<X, P>(checkOptions('Newton', given, {fun: 1}, 'entry').fun);
    super(
      'Newton',
      given,
      {
        // A linear solver may call functions of the user's, too.
        functions: isOwn('factor', linsolve) ? [condition] : null,
        start: () => ({}),
        direction({gradient, point, params, scale}, memory) {
          // Gradient and step in their units, which are constants.
          const slopes = tf.mul(gradient, scale.gradient);
          const solution = frozenSolution(condition, {linsolve, batched}, point as X, params, slopes);
          const step = tf.div(solution, scale.x) as tf.Tensor2D;
          return {d: tf.neg(step), memory};
        },
      },
      options,
    );
  }
}
