/** @file Gradient descent, accelerated. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {madeOf, marked, type Parameter, type Structure} from '../../autodiff/index.js';
import {gradientOf, stationary} from '../../conditions/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {withValue} from '../iteration/report.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {isSchedule, stepTable} from '../iteration/step-schedule.js';
import {SOLVER_OPTIONS, type Iteration, type SolverOptions} from '../iteration/types.js';
import {fixedStep, searchedStep} from './proximal-iteration.js';
import type {DescentStep} from './proximal-gradient.js';
import {givenObjective, withFun, type Minimization} from '../iteration/problem.js';

/** The options of `GradientDescent`: those of every iterative solver, the step size and the acceleration. */
export type GradientDescentOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> = SolverOptions<X, P> & DescentStep<P>;

const NAMES: Names<GradientDescentOptions<Structure, Parameter[]>> = {
  ...SOLVER_OPTIONS,
  stepSize: 0,
  acceleration: 0,
};

/**
 * min_x f(x, ...params): x ← y − η∇f(y), y extrapolated from the last two x.
 *
 * `run(init, ...params)` returns {x, state}; the default condition is `conditions.stationary`. The problem is `{fun}`,
 * which returns one value per sample or their sum, or `{gradient}`.
 *
 * @see Nesterov 1983; O'Donoghue & Candès 2015 (arXiv 1204.3982) for the restart.
 */
export class GradientDescent<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, P> {
  constructor(problem: Minimization<X, P>, options: GradientDescentOptions<X, P> = {}) {
    const given = withFun<X, P, typeof problem>('GradientDescent', problem);
    const {fun} = checkOptions('GradientDescent', given, {fun: 1}, 'entry');
    const {
      stepSize = 'search',
      acceleration = true,
      batched = true,
    } = checkOptions('GradientDescent', options, NAMES);
    const gradient = gradientOf(fun, 'GradientDescent: fun');
    const condition = stationary<X, P>({gradient});
    const settings = {batched, acceleration, accuracy: tolerancesOf('GradientDescent', options)};
    const iteration = stepSize === 'search' ? searched() : fixed(stepSize);
    const objective = typeof fun === 'function' ? fun : null;
    super('GradientDescent', withValue(iteration, objective), condition, {
      ...options,
      linsolve: options.linsolve ?? auto(),
      objective: givenObjective(fun),
    });

    function fixed(step: Exclude<DescentStep<P>['stepSize'], 'search' | undefined>): Iteration<X, P> {
      const sizeOf = isSchedule(step)
        ? stepTable('GradientDescent', step, options.maxIterations)
        : typeof step === 'function'
          ? marked(step)
          : madeOf(() => step);
      return fixedStep<X, P>({gradient, stepSize: sizeOf, prox: null}, settings);
    }

    /** The proximal iteration without a proximal part. */
    function searched(): Iteration<X, P> {
      const inner = searchedStep<X, null, P>({gradient, prox: madeOf((y) => y), smooth: true}, settings);
      return {
        functions: inner.functions,
        start: (x, ...params) => inner.start(x, null, ...params),
        renew: (x, memory, ...params) => inner.renew!(x, memory, null, ...params),
        step: (x, memory, ...params) => inner.step(x, memory, null, ...params),
      };
    }
  }
}
