/** @file What the methods share that move along a direction, as far as a line search says. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import type {Parameter, Structure} from '../../autodiff/index.js';
import {stationary} from '../../conditions/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {givenObjective, withFun, type Minimization} from '../iteration/problem.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';
import {zoom, type LineSearch} from './line-searches/index.js';
import {descentIteration, type Direction} from './parts/descent-iteration.js';

/** `{fun}`: one value per sample, [B], for a single problem (or `batched: false`) a scalar; or `{gradient}`, and then slopes alone decide how far to move. */
export type MinimizationProblem<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> = Minimization<X, P>;

/** The options of `BFGS` and `Newton`: those of every iterative solver, and the line search. */
export interface DescentOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends SolverOptions<X, P> {
  /** The line search, which decides how far to move along a direction. Default `lineSearches.zoom()`. */
  lineSearch?: LineSearch | undefined;
}

export const DESCENT: Names<DescentOptions<Structure, Parameter[]>> = {...SOLVER_OPTIONS, lineSearch: 0};

/**
 * min_x f(x, ...params) along search directions. A sample is solved if each entry of ∇f is within the tolerance relative to its
 * terms, and x no longer moves. Status 2: f decreases without limit. Status 3: the line search finds no step although −∇f is not
 * zero. Its condition is `conditions.stationary`.
 */
export class DescentSolver<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, P> {
  constructor(
    className: string,
    problem: MinimizationProblem<X, P>,
    rule: Direction<P>,
    options: DescentOptions<X, P>,
  ) {
    const given = withFun<X, P, typeof problem>(className, problem);
    const {fun} = checkOptions(className, given, {fun: 1}, 'entry');
    const {batched = true, lineSearch = zoom()} = checkOptions(className, options, DESCENT);
    const accuracy = tolerancesOf(className, options);
    super(className, descentIteration(className, fun, rule, lineSearch, batched, accuracy), stationary(fun), {
      ...options,
      linsolve: options.linsolve ?? auto(),
      objective: givenObjective(fun),
    });
  }
}
