/** @file Newton's method for a root. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, type Parameter, type Structure} from '../autodiff/index.js';
import {linearSolution, packingOf} from '../implicit/index.js';
import {auto} from '../linsolve/index.js';
import {RootSolver, type RootProblem} from './root-finding.js';
import type {SolverOptions} from './types.js';

/**
 * F(x, ...params) = 0 by x ← x − t(∂₁F)⁻¹F, t halved until ‖F‖ falls.
 *
 * `run(init, ...params)` returns {x, state}; solved at ‖F‖ ≤ tolerance·(1 + ‖x‖). `linsolve` solves the Newton systems, and that of
 * the gradient. The default condition is F; `conditions.newton(F)` goes with it as well.
 *
 * @see Nocedal & Wright 2006, section 11.1.
 */
export class NewtonRoot<
  X extends Structure = Structure,
  P extends Parameter[] = Parameter[],
> extends RootSolver<X, P> {
  constructor(problem: RootProblem<X, P>, options: SolverOptions<X, P> = {}) {
    const {linsolve = auto(), batched = true} = options;
    super(
      'NewtonRoot',
      problem,
      {
        start: () => ({}),
        direction({f, point, params}, memory) {
          const x = point as X;
          const packing = packingOf(flatten(x), batched);
          // An unrolled gradient takes the directions as they are.
          const step = offTape(() => {
            const solution = linearSolution(
              problem.fun,
              {linsolve, batched, onFailure: 'ignore'},
              x,
              params,
              packing.restore(x, f),
            );
            return packing.pack(flatten(solution));
          });
          return {d: tf.neg(step), memory};
        },
      },
      options,
    );
  }
}
