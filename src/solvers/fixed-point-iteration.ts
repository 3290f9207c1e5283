/** @file Plain fixed-point iteration. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import type {Parameter, Structure} from '../autodiff/index.js';
import {fixedPointResidual, type FixedPointMap} from '../implicit/index.js';
import {auto} from '../linsolve/index.js';
import {IterativeSolver} from './iterate.js';
import {combine} from './leaves.js';
import {SOLVER_OPTIONS, type SolverOptions} from './types.js';

export interface FixedPointProblem<X extends Structure, P extends Parameter[]> {
  /** T(x, ...params), a structure like x. */
  fun: FixedPointMap<X, P>;
}

const PROBLEM: Names<FixedPointProblem<Structure, Parameter[]>> = {fun: 1};

/**
 * x ← T(x, ...params) until T(x) = x.
 *
 * Converges where T is a contraction. `run(init, ...params)` returns {x, state}.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 3, for the gradient.
 */
export class FixedPointIteration<
  X extends Structure = Structure,
  P extends Parameter[] = Parameter[],
> extends IterativeSolver<X, P> {
  constructor(problem: FixedPointProblem<X, P>, options: SolverOptions<X, P> = {}) {
    const {fun} = checkOptions('FixedPointIteration', problem, PROBLEM, 'entry');
    checkFunction('FixedPointIteration', 'fun', fun);
    checkOptions('FixedPointIteration', options, SOLVER_OPTIONS);
    const residual = fixedPointResidual(fun);
    super(
      'FixedPointIteration',
      {
        start: () => [],
        step(x, memory, ...params) {
          const r = residual(x, ...params);
          return {x: combine(x, r, (a, b) => tf.add(a, b)), memory, residual: r};
        },
      },
      residual,
      {...options, linsolve: options.linsolve ?? auto()},
    );
  }
}
