/** @file Stochastic gradient descent with Polyak's step size. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {
  lossOf,
  STOCHASTIC,
  StochasticSolver,
  type StochasticOptions,
  type StochasticProblem,
} from './stochastic.js';

/** The options of `PolyakSGD`: those of the stochastic solvers, and the two constants of its step size. */
export interface PolyakSGDOptions<
  X extends Structure = tf.Tensor,
  D extends Parameter = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends StochasticOptions<X, D, P> {
  /** The smallest possible loss of a batch. Default 0. */
  minimum?: number | undefined;
  /** Added to ‖∇f‖². Default 0. */
  delta?: number | undefined;
}

const NAMES: Names<PolyakSGDOptions<Structure, Parameter, Parameter[]>> = {
  ...STOCHASTIC,
  minimum: 0,
  delta: 0,
};

/**
 * Minimizes the mean of f(x, data), with step size η = min((f − minimum)/(‖∇f‖² + δ), maxStepSize), where f is the loss of the batch.
 *
 * Use it for a model that can fit each batch (loss `minimum`). See `StochasticSolver` for `run`, `runIterator` and `update`.
 *
 * @throws If an option is out of range, or the problem is `{gradient}`: the step size is computed from f itself.
 * @see Loizou et al. 2021, Stochastic Polyak step-size for SGD (arXiv 2002.10542), equation 3 (SPS_max).
 */
export class PolyakSGD<
  X extends Structure = tf.Tensor,
  D extends Parameter = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends StochasticSolver<X, D, P> {
  constructor(problem: StochasticProblem<X, D, P>, given: PolyakSGDOptions<X, D, P> = {}) {
    const {minimum = 0, delta = 0, ...options} = checkOptions('PolyakSGD', given, NAMES);
    if (!(delta >= 0)) throw new Error(`PolyakSGD: delta must not be negative, got ${delta}.`);
    if (typeof lossOf('PolyakSGD', problem) !== 'function') {
      throw new Error(
        'PolyakSGD: its step size is made of the values of fun, so the gradient alone is not enough; take ArmijoSGD.',
      );
    }
    super(
      'PolyakSGD',
      problem,
      ({value, square, most}) =>
        offTape(() => {
          const size = tf.maximum(tf.add(square, delta), 1e-30);
          return tf.minimum(tf.div(tf.relu(tf.sub(value!, minimum)), size), most);
        }),
      options,
    );
  }
}
