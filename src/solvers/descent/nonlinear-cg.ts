/** @file Nonlinear conjugate gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {rowDot, safeDivide} from '../../linsolve/index.js';
import {DESCENT, DescentSolver, type DescentOptions, type MinimizationProblem} from './descent.js';
import {zoom} from './line-searches/index.js';

/**
 * The options of `NonlinearCG`: those of every iterative solver, the line search (here `lineSearches.zoom({c2: 0.1})` by default),
 * and the choice of β.
 */
export interface NonlinearCGOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends DescentOptions<X, P> {
  /** The formula for β, the share of the last direction in the next one; β is never negative. Default 'polakRibiere'. */
  method?: 'polakRibiere' | 'fletcherReeves' | 'hestenesStiefel' | undefined;
}

const NAMES: Names<NonlinearCGOptions<Structure, Parameter[]>> = {...DESCENT, method: 0};

/**
 * min_x f(x, ...params) along d ← −∇f + βd. `run(init, ...params)` returns {x, state}. The default condition is
 * `conditions.stationary`; the default line search is `zoom` with c2 = 0.1, because conjugate directions need an accurate search.
 *
 * @throws If the method is unknown.
 * @see Nocedal & Wright 2006, section 5.2.
 */
export class NonlinearCG<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends DescentSolver<X, P> {
  constructor(problem: MinimizationProblem<X, P>, given: NonlinearCGOptions<X, P> = {}) {
    const {method = 'polakRibiere', ...options} = checkOptions('NonlinearCG', given, NAMES);
    if (!['polakRibiere', 'fletcherReeves', 'hestenesStiefel'].includes(method)) {
      throw new Error(
        `NonlinearCG: method must be 'polakRibiere', 'fletcherReeves' or 'hestenesStiefel', got '${method}'.`,
      );
    }
    super(
      'NonlinearCG',
      problem,
      {
        trial: 'last',
        start: () => ({}),
        direction({gradient: g, before}) {
          const {change: y, direction: d} = before;
          const choices = {
            polakRibiere: () => tf.relu(safeDivide(rowDot(g, y), rowDot(before.gradient, before.gradient))),
            fletcherReeves: () => safeDivide(rowDot(g, g), rowDot(before.gradient, before.gradient)),
            hestenesStiefel: () => tf.relu(safeDivide(rowDot(g, y), rowDot(d, y))),
          };
          // An unrolled gradient treats β as a constant, like the steps, because it is a quotient of numbers that vanish at the
          // solution.
          const beta = offTape(choices[method]);
          const next = tf.sub(tf.mul(tf.mul(before.known, beta), d), g) as tf.Tensor2D;
          return {d: next, memory: {}};
        },
      },
      {lineSearch: zoom({c2: 0.1}), ...options},
    );
  }
}
