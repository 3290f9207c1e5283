/** @file Bisection: a root of a function of one variable. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {offTape, type Parameter} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';
import {scalar} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import type {IterationState, SolverOptions} from '../iteration/types.js';
import {checkRoot, type RootProblem} from './root-finding.js';
import {fill} from '../../kernels/index.js';

export interface BisectionOptions<P extends Parameter[] = tf.Tensor[]> extends Omit<
  SolverOptions<tf.Tensor, P>,
  'batched' | 'implicitDiff'
> {
  /** The bracket: numbers, or tensors of x's shape. F must have different signs at the two ends. */
  lower: number | tf.Tensor;
  upper: number | tf.Tensor;
}

const NAMES: Names<BisectionOptions<Parameter[]>> = {
  condition: 0,
  maxIterations: 0,
  tolerance: 0,
  absoluteTolerance: 0,
  linsolve: 0,
  onGradient: 0,
  onFailure: 0,
  lower: 1,
  upper: 1,
};

/** The size of a root at zero, as a share of the bracket. */
const SHARE_OF_BRACKET = 1e-4;

/**
 * F(x, ...params) = 0 for x of shape [B, k], each entry is a separate equation. Each step keeps the half of the bracket in which
 * F changes its sign.
 *
 * `run(init, ...params)` returns {x, state}; of `init` only the shape counts. Solved where half of the bracket is within the tolerance of
 * |x| (for a root at zero, of 1e-4 of the first bracket), or F is 0. Defaults: at most 100 iterations, tolerance 1e-6. A sample whose bracket has no change of sign gets status 5 and x = 0. The default condition is F,
 * the default `linsolve` is `linsolve.scalar()`.
 *
 * @throws If lower is not below upper (numbers), or `implicitDiff` is false: halving an interval has no derivative.
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 2, for the gradient.
 */
export class Bisection<P extends Parameter[] = tf.Tensor[]> extends IterativeSolver<tf.Tensor, P> {
  private readonly bracket: [number | tf.Tensor, number | tf.Tensor];
  private readonly fun: RootProblem<tf.Tensor, P>['fun'];

  constructor(problem: RootProblem<tf.Tensor, P>, given: BisectionOptions<P>) {
    const {fun} = checkRoot('Bisection', problem);
    const {lower, upper, ...options} = checkOptions('Bisection', given, NAMES, 'option', ['implicitDiff']);
    if ((options as {implicitDiff?: boolean | undefined}).implicitDiff === false) {
      throw new Error(
        'Bisection: implicitDiff cannot be false, because the end of a bracket is not a smooth function of the parameters. Omit the option, ' +
          'or use NewtonRoot, whose iterations can be differentiated.',
      );
    }
    if (typeof lower === 'number' && typeof upper === 'number' && !(lower < upper)) {
      throw new Error(`Bisection: lower must be below upper, got ${lower} and ${upper}.`);
    }
    type Bracket = {low: tf.Tensor; high: tf.Tensor; rising: tf.Tensor};
    const {absoluteTolerance} = tolerancesOf('Bisection', options);
    const ends = (x: tf.Tensor) => [lower, upper].map((end) => tf.add(tf.zerosLike(x), end));
    super(
      'Bisection',
      {
        start(x: tf.Tensor, ...params: P) {
          const [low, high] = ends(x);
          return {low, high, rising: tf.cast(tf.less(fun(low, ...params), fun(high, ...params)), 'float32')};
        },
        step(x, memory, ...params) {
          const {low, high, rising} = memory as Bracket;
          const middle = tf.add(tf.mul(0.5, low), tf.mul(0.5, high));
          const f = fun(middle, ...params);
          const below = tf.equal(tf.cast(tf.less(f, 0), 'float32'), rising);
          const next = {low: tf.where(below, middle, low), high: tf.where(below, high, middle), rising};
          const half = tf.abs(tf.sub(middle, low));
          const beyond = tf.relu(tf.sub(half, absoluteTolerance));
          const [first, last] = ends(middle);
          const size = tf.maximum(tf.abs(middle), tf.mul(SHARE_OF_BRACKET, tf.abs(tf.sub(last, first))));
          // Between two neighbours of f32 there is no better point.
          const narrow = tf.logicalOr(tf.equal(middle, low), tf.equal(middle, high));
          const there = tf.logicalOr(narrow, tf.equal(f, 0));
          const share = tf.where(there, tf.zerosLike(f), tf.div(beyond, tf.add(beyond, size)));
          const known = tf.where(tf.isNaN(f), fill(f.shape, NaN), share);
          const worst = tf.max(tf.reshape(share, [x.shape[0], -1]), 1);
          const lost = tf.any(tf.isNaN(tf.reshape(known, [x.shape[0], -1])), 1);
          return {x: middle, memory: next, residual: tf.where(lost, fill(worst.shape, NaN), worst)};
        },
      },
      fun,
      {maxIterations: 100, ...options, linsolve: options.linsolve ?? scalar()},
    );
    this.bracket = [lower, upper];
    this.fun = fun;
  }

  protected override iterate(init: tf.Tensor, params: P): [tf.Tensor, IterationState] {
    const [x, state] = super.iterate(init, params);
    return offTape(() => {
      const [low, high] = this.bracket.map((end) => this.fun(tf.add(tf.zerosLike(init), end), ...params));
      const both = (test: typeof tf.less) => tf.logicalAnd(test(low, 0), test(high, 0));
      const same = tf.logicalOr(both(tf.less), both(tf.greater));
      const invalid = tf.any(tf.reshape(same, [state.status.shape[0], -1]), 1);
      const status = tf.where(invalid, tf.fill(invalid.shape, Status.INVALID_INPUT, 'int32'), state.status);
      const kept = tf.where(same, tf.zerosLike(x), x);
      return [kept, {...state, status}] as unknown as tf.TensorContainerArray;
    }) as unknown as [tf.Tensor, IterationState];
  }
}
