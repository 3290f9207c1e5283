/** @file Plain fixed-point iteration. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../../checks/index.js';
import type {Parameter, Structure} from '../../autodiff/index.js';
import {fixedPointResidual, type FixedPointMap} from '../../implicit/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';
import {combine} from '../iteration/leaves.js';
import {restOf} from '../iteration/rest.js';

/** The map T of the equations T(x, ...params) = x, as `fun`. */
export interface FixedPointProblem<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  /** T(x, ...params), a structure like x. */
  fun: FixedPointMap<X, P>;
}

const PROBLEM: Names<FixedPointProblem<Structure, Parameter[]>> = {fun: 1};

/**
 * x ← T(x, ...params) until T(x) = x.
 *
 * Converges if T is a contraction. `run(init, ...params)` returns {x, state}; a sample is solved if |T(x)ⱼ − xⱼ| is within the tolerance of
 * |xⱼ| for every j. Defaults: at most 500 iterations, tolerance 1e-6.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 3, for the gradient.
 */
export class FixedPointIteration<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, P> {
  constructor(problem: FixedPointProblem<X, P>, options: SolverOptions<X, P> = {}) {
    const {fun} = checkOptions('FixedPointIteration', problem, PROBLEM, 'entry');
    checkFunction('FixedPointIteration', 'fun', fun);
    const {batched = true} = checkOptions('FixedPointIteration', options, SOLVER_OPTIONS);
    const map = fixedPointResidual(fun);
    const rest = restOf<X>(batched, tolerancesOf('FixedPointIteration', options));
    super(
      'FixedPointIteration',
      {
        functions: [map],
        start: (x: X, ..._params: P): Structure => rest.start(x),
        step(x, memory, ...params) {
          const r = map(x, ...params);
          const {residual, watch} = rest.test(x, r, memory);
          return {x: combine(x, r, (a, b) => tf.add(a, b)), memory: watch, residual};
        },
      },
      map,
      {...options, linsolve: options.linsolve ?? auto()},
    );
  }
}
