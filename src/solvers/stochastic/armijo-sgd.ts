/** @file Stochastic gradient descent with Armijo's line search on each batch. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed, type Names} from '../../checks/index.js';
import {offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {canLook, loopWhile, spacing} from '../../programs/index.js';
import {combine, innerProduct} from '../iteration/leaves.js';
import {STOCHASTIC, StochasticSolver, type StochasticOptions, type StochasticProblem} from './stochastic.js';

/** The options of `ArmijoSGD`: those of the stochastic solvers, and its line search. */
export interface ArmijoSGDOptions<
  X extends Structure = tf.Tensor,
  D extends Parameter = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends StochasticOptions<X, D, P> {
  /** The c₁ in f(x − η∇f) ≤ f − c₁η‖∇f‖², in (0, 1). Default 0.1. */
  c1?: number | undefined;
  /** @deprecated It is `c1` now, as in the line searches. */
  sufficientDecrease?: number | undefined;
  /** The step size is multiplied by this after each trial that fails, in (0, 1). Default 0.8. */
  decreaseFactor?: number | undefined;
  /** The first trial is the last step size times this, but at most `maxStepSize`. Default 1.5. */
  increaseFactor?: number | undefined;
  /** The number of trials per step. Default 15. */
  maxLineSearch?: number | undefined;
}

/** Values that differ by at most this many roundings of |f| count as equal. */
const ROUNDINGS = 8;

const NAMES: Names<Omit<ArmijoSGDOptions<Structure, Parameter, Parameter[]>, 'sufficientDecrease'>> = {
  ...STOCHASTIC,
  c1: 0,
  decreaseFactor: 0,
  increaseFactor: 0,
  maxLineSearch: 0,
};

/**
 * Minimizes the mean of f(x, data); the step size of each batch comes from backtracking on that batch.
 *
 * Use it for a model that can fit each batch. See `StochasticSolver` for `run`, `runIterator` and `update`.
 *
 * @throws If an option is out of range.
 * @see Vaswani et al. 2019, Painless stochastic gradient (arXiv 1905.09997), equation 1 and algorithm 1.
 */
export class ArmijoSGD<
  X extends Structure = tf.Tensor,
  D extends Parameter = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends StochasticSolver<X, D, P> {
  constructor(problem: StochasticProblem<X, D, P>, given: ArmijoSGDOptions<X, D, P> = {}) {
    const {
      c1 = 0.1,
      decreaseFactor = 0.8,
      increaseFactor = 1.5,
      maxLineSearch = 15,
      ...options
    } = checkOptions('ArmijoSGD', renamed('ArmijoSGD', given, {sufficientDecrease: 'c1'}), NAMES);
    const within = (value: number) => value > 0 && value < 1;
    if (!within(c1) || !within(decreaseFactor)) {
      throw new Error('ArmijoSGD: c1 and decreaseFactor must lie between 0 and 1.');
    }
    if (!(increaseFactor >= 1))
      throw new Error(`ArmijoSGD: increaseFactor must be at least 1, got ${increaseFactor}.`);
    super(
      'ArmijoSGD',
      problem,
      ({x, value, gradient, square, last, most, loss, gradientAt}) =>
        offTape(() => {
          const {eta} = loopWhile(
            {eta: tf.minimum(tf.mul(increaseFactor, last), most) as tf.Tensor},
            ({eta: tried}) => {
              const there = combine(x, gradient, (leaf, g) => tf.sub(leaf, tf.mul(tf.squeeze(tried), g)));
              // If the values cannot be distinguished, or there are none, slopes decide; for a parabola the test is the same (Hager &
              // Zhang 2005, 4.1).
              const flat = () =>
                tf.greaterEqual(innerProduct(gradientAt(there), gradient, false), tf.mul(2 * c1 - 1, square));
              let good: tf.Tensor;
              if (loss && value) {
                const reached = loss(there);
                const bound = tf.sub(value, tf.mul(tf.mul(c1, tried), square));
                const alike = tf.lessEqual(
                  tf.abs(tf.sub(reached, value)),
                  tf.mul(ROUNDINGS * spacing(), tf.abs(value)),
                );
                const areAlike = !canLook() || alike.dataSync()[0] !== 0;
                good = tf.where(alike, areAlike ? flat() : alike, tf.lessEqual(reached, bound));
              } else {
                good = flat();
              }
              return {
                state: {eta: tf.where(good, tried, tf.mul(decreaseFactor, tried))},
                open: tf.logicalNot(good),
              };
            },
            {limit: maxLineSearch},
          );
          return eta;
        }),
      options,
    );
  }
}
