/** @file L-BFGS: a quasi-Newton method with a short memory. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import type {Parameter, Structure} from '../../autodiff/index.js';
import {DESCENT, DescentSolver, type DescentOptions, type MinimizationProblem} from './descent.js';
import {emptyHistory, inverseHessianProduct, remember, type History} from './parts/quasi-newton-history.js';

/** The options of `LBFGS`: those of every iterative solver, the line search, and the size of the memory. */
export interface LBFGSOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends DescentOptions<X, P> {
  /** The number of past steps in the memory. Default 10. */
  historySize?: number | undefined;
}

const NAMES: Names<LBFGSOptions<Structure, Parameter[]>> = {...DESCENT, historySize: 0};

/**
 * min_x f(x, ...params) by L-BFGS: O(n·historySize) per step and sample. `run(init, ...params)` returns {x, state}. The default
 * condition is `conditions.stationary`.
 *
 * @throws If `historySize` is not a positive integer.
 * @see Nocedal & Wright 2006, algorithm 7.5.
 */
export class LBFGS<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends DescentSolver<X, P> {
  constructor(problem: MinimizationProblem<X, P>, given: LBFGSOptions<X, P> = {}) {
    const {historySize = 10, ...options} = checkOptions('LBFGS', given, NAMES);
    checkHistorySize('LBFGS', historySize);
    super(
      'LBFGS',
      problem,
      {
        start: (rows) => emptyHistory(rows, historySize),
        direction({gradient, before}, memory) {
          const history = remember(memory as History, before.step, before.change, before.known);
          return {d: tf.neg(inverseHessianProduct(history, gradient)), memory: history};
        },
      },
      options,
    );
  }
}

export function checkHistorySize(className: string, historySize: number): void {
  if (!(Number.isInteger(historySize) && historySize >= 1)) {
    throw new Error(`${className}: historySize must be a positive integer, got ${historySize}.`);
  }
}
