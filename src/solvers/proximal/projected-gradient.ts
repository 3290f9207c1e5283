/** @file The projected-gradient method, accelerated. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions} from '../../checks/index.js';
import type {Parameter, Structure} from '../../autodiff/index.js';
import type {Projection} from '../../conditions/index.js';
import {withFun, type Minimization} from '../iteration/problem.js';
import {ProximalGradient, type ProximalGradientOptions} from './proximal-gradient.js';

/** f as `fun`, one value per sample or their sum, or as `gradient`; the set by its projection. */
export type ProjectedGradientProblem<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
> = Minimization<X, P> & {
  /** projection(y, params) onto the set. */
  projection: Projection<X, H>;
};

/**
 * min_x f(x, ...params) over the set that `projectionParams` describes: x ← proj(y − η∇f(y)).
 *
 * `run(init, projectionParams, ...params)` returns {x, state}. The default condition is `conditions.projectedGradient`; the
 * options are those of `ProximalGradient`.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 9.
 */
export class ProjectedGradient<
  X extends Structure = tf.Tensor,
  // A variable that is declared as the class alone takes a solver with any set.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  H extends Parameter = any,
  P extends Parameter[] = tf.Tensor[],
> extends ProximalGradient<X, H, P> {
  constructor(problem: ProjectedGradientProblem<X, H, P>, options: ProximalGradientOptions<X, H, P> = {}) {
    const given = withFun<X, P, typeof problem>('ProjectedGradient', problem);
    const {fun, projection} = checkOptions('ProjectedGradient', given, {fun: 1, projection: 1}, 'entry');
    checkFunction('ProjectedGradient', 'projection', projection);
    super({fun, prox: (y, params) => projection(y, params)}, options, 'ProjectedGradient');
  }
}
