/** @file The proximal-gradient method, accelerated. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../../checks/index.js';
import {madeOf, marked, type Parameter, type Structure} from '../../autodiff/index.js';
import {gradientOf, proximalGradient, type Prox, type StepOptions} from '../../conditions/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {withValue} from '../iteration/report.js';
import {objectiveAfterFirst, withFun, type Minimization} from '../iteration/problem.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {isSchedule, stepTable, type StepSchedule} from '../iteration/step-schedule.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';
import {fixedStep, searchedStep} from './proximal-iteration.js';

/** The smooth part as `fun`, one value per sample or their sum, or as `gradient`; the other part by its prox. */
export type ProximalGradientProblem<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
> = Minimization<X, P> & {
  /** prox(y, params, scaling) of the other part. */
  prox: Prox<X, H>;
};

/** How far a gradient step goes: the step size, and whether momentum is added. */
export interface DescentStep<P extends Parameter[] = tf.Tensor[]> {
  /**
   * The step size η. With 'search', a line search finds one for each sample and step, so that the gradient changes by no more
   * than ‖Δx‖/η along the step. A number, or a function of the objective's parameters, is used unchanged; it must be below 2/L,
   * and with acceleration at most 1/L, where L is the largest eigenvalue of ∇²f. `{byIteration: (k) => 1 / Math.sqrt(k)}` gives one for
   * each iteration. Default 'search'.
   */
  stepSize?: StepOptions<P>['stepSize'] | StepSchedule | 'search' | undefined;
  /** Nesterov momentum, restarted for each sample in which it points uphill. Default true. */
  acceleration?: boolean | undefined;
}

/** The options of `ProximalGradient` and `ProjectedGradient`: those of every iterative solver, the step size and the acceleration. */
export type ProximalGradientOptions<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
> = SolverOptions<X, [proxParams: H, ...params: P]> & DescentStep<P>;

const NAMES: Names<ProximalGradientOptions<Structure, Parameter, Parameter[]>> = {
  ...SOLVER_OPTIONS,
  stepSize: 0,
  acceleration: 0,
};

/**
 * min_x f(x, ...params) + g(x; proxParams): x ← prox_{ηg}(y − η∇f(y)), y extrapolated from the last two x.
 *
 * `run(init, proxParams, ...params)` returns {x, state}. The default condition is `conditions.proximalGradient`, with step size 1
 * if the step size is 'search'.
 *
 * @see Beck & Teboulle 2009 (FISTA); O'Donoghue & Candès 2015 (arXiv 1204.3982) for the restart.
 */
export class ProximalGradient<
  X extends Structure = tf.Tensor,
  // A variable that is declared as the class alone takes a solver with any set.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  H extends Parameter = any,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, [proxParams: H, ...params: P]> {
  constructor(
    problem: ProximalGradientProblem<X, H, P>,
    options: ProximalGradientOptions<X, H, P> = {},
    className = 'ProximalGradient',
  ) {
    const given = withFun<X, P, typeof problem>(className, problem);
    const entries = checkOptions(className, given, {fun: 1, prox: 1}, 'entry');
    checkFunction(className, 'prox', entries.prox);
    const {fun} = entries;
    const prox = marked(entries.prox);
    const {
      stepSize = 'search',
      acceleration = true,
      batched = true,
    } = checkOptions(className, options, NAMES);
    const gradient = gradientOf(fun, `${className}: fun`);
    const searched = stepSize === 'search';
    const table = isSchedule(stepSize) ? stepTable(className, stepSize, options.maxIterations) : null;
    const size = table ? table.first : (stepSize as StepOptions<P>['stepSize']);
    const fixed = typeof size === 'function' ? marked(size) : size;
    const condition = proximalGradient<X, H, P>({gradient}, prox, {stepSize: searched ? 1 : fixed});
    const settings = {batched, acceleration, accuracy: tolerancesOf(className, options)};
    const iteration = searched
      ? searchedStep({gradient, prox, smooth: false}, settings)
      : fixedStep<X, [proxParams: H, ...params: P]>(
          {
            gradient: madeOf((x, _proxParams, ...params) => gradient(x, ...params), gradient),
            stepSize:
              table ??
              (typeof fixed === 'function'
                ? madeOf((_proxParams, ...params) => fixed(...params), fixed)
                : madeOf(() => fixed!)),
            prox: madeOf((y, eta, proxParams, ..._params) => prox(y, proxParams, eta), prox),
          },
          settings,
        );
    const objective =
      typeof fun === 'function' ? (x: X, _proxParams: H, ...params: P) => fun(x, ...params) : null;
    super(className, withValue(iteration, objective), condition, {
      ...options,
      linsolve: options.linsolve ?? auto(),
      objective: objectiveAfterFirst(fun),
    });
  }
}
