/** @file L-BFGS with bounds. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {madeOf, type Parameter} from '../../autodiff/index.js';
import {gradientOf, projectedGradient} from '../../conditions/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {objectiveAfterFirst, withFun, type Minimization} from '../iteration/problem.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';
import {checkHistorySize} from './lbfgs.js';
import {boundedIteration, type Bounds} from './parts/bounded-iteration.js';

/** The options of `LBFGSB`: those of every iterative solver, and the size of the memory. It has a line search of its own. */
export interface LBFGSBOptions<P extends Parameter[] = tf.Tensor[]> extends SolverOptions<
  tf.Tensor,
  [bounds: Bounds, ...params: P]
> {
  /** The number of past steps in the memory. Default 10. */
  historySize?: number | undefined;
}

const NAMES: Names<LBFGSBOptions<Parameter[]>> = {...SOLVER_OPTIONS, historySize: 0};

/**
 * min_x f(x, ...params) subject to lower ≤ x ≤ upper: quasi-Newton steps in the free entries and gradient steps towards the
 * bounds in the others, along a projected path that never leaves the bounds.
 *
 * `run(init, {lower, upper}, ...params)` returns {x, state}; x is a tensor with the batch in front, f returns one value per
 * sample. A sample is solved if each entry of ∇f that is not held by a bound is within the tolerance relative to its terms, and x
 * no longer moves. Status 2: f decreases without limit. Status 3: the line search finds no step. Defaults: at most 500
 * iterations, tolerance 1e-6. The default condition is `conditions.projectedGradient`. The method is Bertsekas' two-metric
 * projection with the matrices of L-BFGS; it replaces the Cauchy points of Byrd et al. 1995.
 *
 * @throws If `historySize` is not a positive integer.
 * @see Bertsekas 1982, Projected Newton methods for optimization problems with simple constraints.
 */
export class LBFGSB<P extends Parameter[] = tf.Tensor[]> extends IterativeSolver<
  tf.Tensor,
  [bounds: Bounds, ...params: P]
> {
  constructor(problem: Minimization<tf.Tensor, P>, given: LBFGSBOptions<P> = {}) {
    const entries = withFun<tf.Tensor, P, typeof problem>('LBFGSB', problem);
    const {fun} = checkOptions('LBFGSB', entries, {fun: 1}, 'entry');
    const {historySize = 10, ...options} = checkOptions('LBFGSB', given, NAMES);
    checkHistorySize('LBFGSB', historySize);
    const gradient = gradientOf<tf.Tensor, P>(fun, 'LBFGSB: fun');
    const objective = typeof fun === 'function' ? fun : null;
    const {batched = true} = options;
    // The gradients of tf.maximum and tf.minimum have the shape of the result, even for an argument that is broadcast.
    const clip = madeOf((y: tf.Tensor, {lower, upper}: Bounds) =>
      tf.maximum(tf.broadcastTo(lower, y.shape), tf.minimum(y, tf.broadcastTo(upper, y.shape))),
    );
    const accuracy = tolerancesOf('LBFGSB', options);
    super(
      'LBFGSB',
      boundedIteration({fun: objective, gradient}, {batched, historySize, accuracy}),
      projectedGradient<tf.Tensor, Bounds, P>({gradient}, clip),
      {...options, linsolve: options.linsolve ?? auto(), objective: objectiveAfterFirst(fun)},
    );
  }
}
