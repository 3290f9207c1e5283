/** @file Bisection: a root of a function of one variable. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, describe, noteRenamed, type Names} from '../../checks/index.js';
import {carryDoubles, hasDoubles, offTape, type Parameter} from '../../autodiff/index.js';
import {leavesLike, Status, type Condition} from '../../implicit/index.js';
import {scalar} from '../../linsolve/index.js';
import type {Bounds} from '../descent/parts/bounded-iteration.js';
import {IterativeSolver} from '../iteration/iterate.js';
import type {AsyncOptions} from '../iteration/in-slices.js';
import type {Steps} from '../iteration/steps.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import type {IterationState, Progress, SolverOptions} from '../iteration/types.js';
import {checkRoot, type RootProblem} from './root-finding.js';
import {REPORT} from '../iteration/report-options.js';
import {fill} from '../../kernels/index.js';

/**
 * The options of `Bisection`: those of every iterative solver without `batched` and `implicitDiff`. Defaults: `maxIterations` 100,
 * `linsolve` `linsolve.scalar()`.
 */
export interface BisectionOptions<P extends Parameter[] = tf.Tensor[]> extends Omit<
  SolverOptions<tf.Tensor, P>,
  'batched' | 'implicitDiff'
> {
  /** @deprecated Pass the bounds to `run` now, as for other solvers: `run(init, {lower, upper}, ...params)`. */
  lower?: number | tf.Tensor | undefined;
  /** @deprecated See `lower`. */
  upper?: number | tf.Tensor | undefined;
}

const NAMES: Names<Omit<BisectionOptions<Parameter[]>, keyof Bounds>> = {
  condition: 0,
  maxIterations: 0,
  tolerance: 0,
  absoluteTolerance: 0,
  linsolve: 0,
  onGradient: 0,
  onFailure: 0,
  ...REPORT,
};

/** Names that are not options, or no longer, and have their own error message. */
const OTHERS = ['implicitDiff', 'lower', 'upper'];

const BOUNDS: Names<Bounds> = {lower: 1, upper: 1};

/** The size of a root at zero, as a fraction of the bracket. */
const SHARE_OF_BRACKET = 1e-4;

/**
 * F(x, ...params) = 0 for x of shape [B, k], where each entry is a separate equation. Each step keeps the half of the bracket in which
 * F changes its sign.
 *
 * `run(init, {lower, upper}, ...params)` returns {x, state}; of `init` only the shape counts. F must have different signs at the two
 * bounds, which are numbers, or tensors of x's shape; x does not depend on them, so their gradient is zero. A sample is solved if half of
 * the bracket is within the tolerance of |x| (for a root at zero, of 1e-4 of the first bracket), or F is 0. Defaults: at most 100
 * iterations, tolerance 1e-6. A sample whose bracket has no change of sign gets status 5 and x = 0. The default condition is F, the
 * default `linsolve` is `linsolve.scalar()`.
 *
 * @throws If the bounds are missing, lower is not below upper (numbers), or `implicitDiff` is false: halving an interval has no
 *   derivative.
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 2, for the gradient.
 */
export class Bisection<P extends Parameter[] = tf.Tensor[]> extends IterativeSolver<tf.Tensor, P> {
  private readonly split: (params: P) => {bounds: Bounds; rest: Parameter[]};
  private readonly fun: (x: tf.Tensor, ...params: Parameter[]) => tf.Tensor;

  constructor(problem: RootProblem<tf.Tensor, P>, given: BisectionOptions<P> = {}) {
    const {fun: F} = checkRoot('Bisection', problem);
    const own = F as Condition<tf.Tensor, Parameter[]>;
    const fun = (x: tf.Tensor, ...params: Parameter[]) =>
      leavesLike('Bisection: fun', own(x, ...params), x)[0];
    const {lower, upper, ...options} = checkOptions('Bisection', given, NAMES, 'option', OTHERS);
    const fixed = lower === undefined && upper === undefined ? null : boundsOf({lower, upper} as Bounds);
    if (fixed)
      noteRenamed('Bisection', "options 'lower' and 'upper'", 'run(init, {lower, upper}, ...params)');
    if ((options as {implicitDiff?: boolean | undefined}).implicitDiff === false) {
      throw new Error(
        'Bisection: implicitDiff cannot be false, because the end of a bracket is not a smooth function of the parameters. Omit the option, ' +
          'or use NewtonRoot, whose iterations can be differentiated.',
      );
    }
    const split = (params: Parameter[]) =>
      fixed ? {bounds: fixed, rest: params} : {bounds: boundsOf(params[0] as Bounds), rest: params.slice(1)};
    type Bracket = {low: tf.Tensor; high: tf.Tensor; rising: tf.Tensor};
    const {absoluteTolerance} = tolerancesOf('Bisection', options);
    super(
      'Bisection',
      {
        start(x: tf.Tensor, ...params: P) {
          const {bounds, rest} = split(params);
          const [low, high] = endsOf(bounds, x);
          return {low, high, rising: tf.cast(tf.less(fun(low, ...rest), fun(high, ...rest)), 'float32')};
        },
        step(x, memory, ...params) {
          const {bounds, rest} = split(params);
          const {low, high, rising} = memory as Bracket;
          const middle = tf.add(tf.mul(0.5, low), tf.mul(0.5, high));
          const f = fun(middle, ...rest);
          const below = tf.equal(tf.cast(tf.less(f, 0), 'float32'), rising);
          const next = {low: tf.where(below, middle, low), high: tf.where(below, high, middle), rising};
          const half = tf.abs(tf.sub(middle, low));
          const beyond = tf.relu(tf.sub(half, absoluteTolerance));
          const [first, last] = endsOf(bounds, middle);
          const size = tf.maximum(tf.abs(middle), tf.mul(SHARE_OF_BRACKET, tf.abs(tf.sub(last, first))));
          // There is no better point between two neighbouring f32 numbers.
          const narrow = tf.logicalOr(tf.equal(middle, low), tf.equal(middle, high));
          const there = tf.logicalOr(narrow, tf.equal(f, 0));
          const share = tf.where(there, tf.zerosLike(f), tf.div(beyond, tf.add(beyond, size)));
          const known = tf.where(tf.isNaN(f), fill(f.shape, NaN), share);
          const worst = tf.max(tf.reshape(share, [x.shape[0], -1]), 1);
          const lost = tf.any(tf.isNaN(tf.reshape(known, [x.shape[0], -1])), 1);
          return {x: middle, memory: next, residual: tf.where(lost, fill(worst.shape, NaN), worst)};
        },
      },
      fixed ? F : (x, ...params) => fun(x, ...split(params).rest),
      {maxIterations: 100, ...options, linsolve: options.linsolve ?? scalar()},
    );
    this.split = split;
    this.fun = fun;
  }

  override run(
    init: tf.Tensor,
    bounds: Bounds,
    ...params: P
  ): ReturnType<IterativeSolver<tf.Tensor, P>['run']>;
  /** @deprecated Pass the bounds here, not to the constructor: `run(init, {lower, upper}, ...params)`. */
  override run(init: tf.Tensor, ...params: P): ReturnType<IterativeSolver<tf.Tensor, P>['run']>;
  override run(init: tf.Tensor, ...params: unknown[]): ReturnType<IterativeSolver<tf.Tensor, P>['run']> {
    return super.run(init, ...(params as P));
  }

  override start(init: tf.Tensor, bounds: Bounds, ...params: P): Progress<tf.Tensor>;
  /** @deprecated See `run`. */
  override start(init: tf.Tensor, ...params: P): Progress<tf.Tensor>;
  override start(init: tf.Tensor, ...params: unknown[]): Progress<tf.Tensor> {
    return super.start(init, ...(params as P));
  }

  override update(progress: Progress<tf.Tensor>, bounds: Bounds, ...params: P): Progress<tf.Tensor>;
  /** @deprecated See `run`. */
  override update(progress: Progress<tf.Tensor>, ...params: P): Progress<tf.Tensor>;
  override update(progress: Progress<tf.Tensor>, ...params: unknown[]): Progress<tf.Tensor> {
    return super.update(progress, ...(params as P));
  }

  override jvp(
    x: tf.Tensor,
    params: [bounds: Bounds, ...params: P],
    tangents: [bounds: Bounds | null, ...tangents: {[K in keyof P]: P[K] | null}],
  ): tf.Tensor;
  /** @deprecated See `run`. */
  override jvp(x: tf.Tensor, params: P, tangents: {[K in keyof P]: P[K] | null}): tf.Tensor;
  override jvp(x: tf.Tensor, params: unknown, tangents: unknown): tf.Tensor {
    return super.jvp(x, params as P, tangents as {[K in keyof P]: P[K] | null});
  }

  override runAsync(
    init: tf.Tensor,
    params: [bounds: Bounds, ...params: P],
    options?: AsyncOptions,
  ): ReturnType<IterativeSolver<tf.Tensor, P>['runAsync']>;
  /** @deprecated See `run`. */
  override runAsync(
    init: tf.Tensor,
    params: P,
    options?: AsyncOptions,
  ): ReturnType<IterativeSolver<tf.Tensor, P>['runAsync']>;
  override runAsync(
    init: tf.Tensor,
    params: unknown,
    options?: AsyncOptions,
  ): ReturnType<IterativeSolver<tf.Tensor, P>['runAsync']> {
    return super.runAsync(init, params as P, options);
  }

  /** Also finds the samples whose bracket has no change of sign. */
  protected override *iterating(
    init: tf.Tensor,
    params: P,
    inSlices: boolean,
  ): Steps<[tf.Tensor, IterationState]> {
    const [x, state] = yield* super.iterating(init, params, inSlices);
    return offTape(() => {
      const {bounds, rest} = this.split(params);
      const [low, high] = endsOf(bounds, init).map((end) => this.fun(end, ...rest));
      const both = (test: typeof tf.less) => tf.logicalAnd(test(low, 0), test(high, 0));
      const same = tf.logicalOr(both(tf.less), both(tf.greater));
      const invalid = tf.any(tf.reshape(same, [state.status.shape[0], -1]), 1);
      const status = tf.where(invalid, tf.fill(invalid.shape, Status.INVALID_INPUT, 'int32'), state.status);
      const zeroed = tf.where(same, tf.zerosLike(x), x);
      const flags = hasDoubles(x) ? same.dataSync() : null;
      const kept = carryDoubles(zeroed, x, (value, i) => (flags![i] ? 0 : value));
      return [kept, {...state, status}] as unknown as tf.TensorContainerArray;
    }) as unknown as [tf.Tensor, IterationState];
  }
}

/** The bounds at each entry of x. */
function endsOf({lower, upper}: Bounds, x: tf.Tensor): tf.Tensor[] {
  return [lower, upper].map((end) => tf.add(tf.zerosLike(x), end));
}

/** @throws If they are not valid bounds. */
function boundsOf(given: Bounds): Bounds {
  if (given === undefined || given === null || given instanceof tf.Tensor) {
    throw new Error(`Bisection: run takes {lower, upper} after init, got ${describe(given)}.`);
  }
  const {lower, upper} = checkOptions('Bisection', given, BOUNDS, 'entry');
  if (typeof lower === 'number' && typeof upper === 'number' && !(lower < upper)) {
    throw new Error(`Bisection: lower must be below upper, got ${lower} and ${upper}.`);
  }
  return given;
}
