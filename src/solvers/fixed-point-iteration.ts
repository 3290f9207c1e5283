/** @file Plain fixed-point iteration. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {fixedPointResidual, type FixedPointMap} from '../implicit/index.js';
import {auto} from '../linsolve/index.js';
import {IterativeSolver} from './iterate.js';
import type {SolverOptions} from './types.js';

export interface FixedPointProblem<X extends Structure, P extends Parameter[]> {
  /** T(x, ...params), a structure like x. */
  fun: FixedPointMap<X, P>;
}

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
  constructor({fun}: FixedPointProblem<X, P>, options: SolverOptions = {}) {
    const residual = fixedPointResidual(fun);
    super(
      'FixedPointIteration',
      {
        start: () => [],
        step(x, memory, ...params) {
          const r = residual(x, ...params);
          return {x: add(x, r), memory, residual: r};
        },
      },
      residual,
      {...options, linsolve: options.linsolve ?? auto()},
    );
  }
}

function add<X extends Structure>(x: X, r: X): X {
  const steps = flatten(r);
  return unflatten(
    x,
    flatten(x).map((leaf, i) => tf.add(leaf, steps[i])),
  );
}
