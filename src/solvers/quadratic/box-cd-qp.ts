/** @file Quadratic programs in a box. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {rollBackOnThrow} from '../../autodiff/index.js';
import {Status, type OnFailure} from '../../implicit/index.js';
import {fill, hostCanRead} from '../../kernels/index.js';
import {lookEvery} from '../../programs/index.js';
import {kkt, type LinearSolver, type SolveInfo} from '../../linsolve/index.js';
import {withBounds, type BoxedData, type OldBounds} from './box-qp-data.js';
import {runResult, type RunResult} from '../iteration/run-result.js';
import {boundsOf, DAMPING, descend} from './parts/box-cd-step.js';
import {checkLimits, checkShapes, screen} from './parts/box-input.js';
import {boundedRoot} from './parts/box-root.js';
import {errorMeter, type ErrorMeter} from './splitting/errors.js';
import {unboundedRay} from './splitting/proofs.js';
import {reporterOf, type Reporter} from '../iteration/report.js';
import {REPORT, type ReportOptions} from '../iteration/report-options.js';
import {asNumbers, clip, finite, type BoxedRows} from './splitting/rows.js';
import {equilibrate} from './splitting/scaling.js';
import {inSlices, type AsyncOptions} from '../iteration/in-slices.js';
import {held} from '../iteration/samples.js';
import {apart, drain, lookAt, type Steps} from '../iteration/steps.js';
import type {SplittingResult} from './splitting/splitting.js';
import {finishBoxed, FINISHING} from './parts/qp-finish.js';

/** The options of `BoxCDQP`. */
export interface BoxCDQPOptions extends ReportOptions {
  /**
   * The largest number of steps. Default 200; about ten are usual. If the host cannot read, 30 steps are made before the kernel
   * takes over.
   */
  maxIterations?: number | undefined;
  /** The largest relative KKT error of a solved sample. Default 1e-5; it is usually about 1e-7. */
  tolerance?: number | undefined;
  /** Solves the adjoint system. Default `linsolve.kkt()`. */
  linsolve?: LinearSolver | undefined;
  /** Receives the report of the gradient's linear solve. */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /** When the linear system of a gradient is not solved: 'warn' (default), 'throw' or 'ignore'. */
  onFailure?: OnFailure | undefined;
}

/** The data; axis 0 of every tensor is the batch or 1. */
export type BoxCDQPData = {
  /** [B, n, n], symmetric positive semidefinite. */
  Q: tf.Tensor;
  /** [B, n]. */
  p: tf.Tensor;
  /** [B, n]; −Infinity, or −1e20 and below, if there is no bound. */
  lower: tf.Tensor;
  /** [B, n]; Infinity, or 1e20 and above, if there is no bound. */
  upper: tf.Tensor;
};

/** How the solve of each sample by `BoxCDQP` went, and which bounds hold its solution. */
export type BoxCDQPState = {
  /** [B], int32, the codes of `Status`: 1 if some lower > upper, 2 if the objective decreases without limit. */
  status: tf.Tensor1D;
  /** [B], int32: the steps of each sample, with those of the kernel. */
  iterations: tf.Tensor1D;
  /** Shape [B]: the largest relative error among stationarity, signs and complementarity. */
  residual: tf.Tensor1D;
  /** [B, n], int32: −1 if x is held at the lower bound, 1 if at the upper bound, else 0. */
  activity: tf.Tensor2D;
  /** For status 2, x [B, n] with Qx = 0 and pᵀx = −1 along which no bound is violated. Otherwise zero. */
  certificate: {
    /** [B, n], the direction in which the objective decreases without limit; zero unless the status is 2. */
    x: tf.Tensor2D;
  };
};

/** The number of steps if the host cannot see that fewer are enough. */
const UNSEEN = 30;
/** The number of steps between two tests of a step as a direction of unbounded descent. */
const CHECK_EVERY = 5;

type State = Record<'x' | 'best' | 'error' | 'status' | 'iterations' | 'ray' | 'damping', tf.Tensor2D>;

const NAMES: Names<BoxCDQPOptions> = {
  maxIterations: 0,
  tolerance: 0,
  linsolve: 0,
  onGradient: 0,
  onFailure: 0,
  ...REPORT,
};

/**
 * min ½ xᵀQx + pᵀx subject to lower ≤ x ≤ upper, for a batch. Cyclic coordinate steps, as in the name, would be n tensor operations in
 * sequence. Instead, every step moves all coordinates: either by a clipped Newton step on those not held by a bound, with the best of
 * several lengths, or by a clipped gradient step if that is better. The kernel of `solveQP` then finishes on the exact set of active
 * bounds, and decides the status and the residual.
 *
 * `run(init, {Q, p, lower, upper})` returns {x [B, n], state}; x is differentiable in all four, to any order; a coordinate at a bound
 * passes its gradient to that bound. If a sample fails, it has x = 0 and a zero gradient, and the others are unaffected.
 *
 * @throws If shapes do not fit or an option is out of range.
 * @see Bertsekas 1982, Projected Newton methods for optimization problems with simple constraints; Blondel et al. 2022 (arXiv
 *   2105.15183), equation 6, for the gradient.
 */
export class BoxCDQP {
  /** The name at the start of its messages. */
  readonly className = 'BoxCDQP';
  /** The most steps before the kernel takes over. Default 200. */
  readonly maxIterations: number;
  /** The largest relative KKT error of a solved sample. Default 1e-5. */
  readonly tolerance: number;
  private readonly linsolve: LinearSolver;
  private readonly onGradient?: (info: SolveInfo) => void;
  private readonly onFailure?: OnFailure;
  private readonly reporter: Reporter | null;

  constructor(given: BoxCDQPOptions = {}) {
    const {
      maxIterations = 200,
      tolerance = 1e-5,
      linsolve = kkt(),
      onGradient,
      onFailure,
      onIteration,
      verbose,
    } = checkOptions('BoxCDQP', given, NAMES);
    checkLimits('BoxCDQP', {maxIterations, tolerance});
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
    this.linsolve = linsolve;
    this.onGradient = onGradient;
    this.onFailure = onFailure;
    this.reporter = reporterOf('BoxCDQP', {onIteration, verbose});
  }

  /**
   * Solves the batch.
   *
   * @param init `null`, or a guess [B, n].
   */
  run(
    init: tf.Tensor | null,
    data: BoxCDQPData | (Omit<BoxCDQPData, 'lower' | 'upper'> & OldBounds),
  ): RunResult<tf.Tensor2D, BoxCDQPState> {
    const solve = () => drain(this.running(init, data, false)) as unknown as tf.TensorContainerObject;
    return tf.tidy(() => rollBackOnThrow(solve)) as unknown as ReturnType<typeof this.run>;
  }

  /**
   * `run` in slices of about 8 ms, between which the event loop goes on: a page stays responsive. Without a gradient.
   *
   * The result is that of `run`. What it is given is read when it is called. One step of the batch is never divided.
   *
   * @returns The result of `run`; the caller disposes of its tensors.
   * @throws (rejects) As `run`; if a gradient is being recorded; with an `AbortError` if the signal is aborted; or what `onProgress` throws.
   */
  async runAsync(
    init: tf.Tensor | null,
    data: Parameters<BoxCDQP['run']>[1],
    options?: AsyncOptions,
  ): Promise<RunResult<tf.Tensor2D, BoxCDQPState>> {
    const begin = () => this.running(init && tf.clone(init), held(data), true);
    return inSlices('BoxCDQP.runAsync', begin, options);
  }

  private *running(
    init: tf.Tensor | null,
    data: Parameters<BoxCDQP['run']>[1],
    inSlices: boolean,
  ): Steps<RunResult<tf.Tensor2D, BoxCDQPState>> {
    const {linsolve, onGradient, onFailure} = this;
    const options = {linsolve, onGradient, onFailure, where: 'BoxCDQP'};
    const given = withBounds<BoxCDQPData>('BoxCDQP', data);
    const batch = checkShapes('BoxCDQP', given, {Q: 'nn', p: 'n', lower: 'n', upper: 'n'});
    const n = given.Q.shape[2]!;
    const boxed = {Q: given.Q, p: given.p, A: tf.expandDims(tf.eye(n), 0), l: given.lower, u: given.upper};
    const solved = yield* apart(this.solve(init, boxed, batch, inSlices), inSlices);
    const {x, y, lower, upper, ...state} = solved;
    const found = {x, y, lower, upper, status: state.status};
    return runResult(boundedRoot(found, boxed, options).x, state);
  }

  private *solve(
    init: tf.Tensor | null,
    given: BoxedData,
    batch: number,
    inSlices: boolean,
  ): Steps<BoxCDQPState & Pick<SplittingResult, 'x' | 'y' | 'lower' | 'upper'>> {
    const {data, status} = screen(given, batch);
    const {p, l, u} = data;
    const start = init ? finite(init) : tf.zerosLike(p);
    const x = clip(start, l, u);
    const error = fill([batch, 1], Infinity) as tf.Tensor2D;
    const none = tf.zerosLike(x);
    const damping = tf.fill([batch, 1], DAMPING[0]) as tf.Tensor2D;
    const iterations = tf.zerosLike(status);
    let state: State = {
      ...{x, best: tf.clone(x), error, iterations, ray: none, damping},
      status: tf.clone(status),
    };
    const errorAt = errorMeter(data, equilibrate(data));
    const most = hostCanRead() ? this.maxIterations : Math.min(this.maxIterations, UNSEEN);
    for (let k = 0; k <= most; k++) {
      const previous = state;
      state = tf.tidy(() => this.step(previous, data, errorAt, k));
      tf.dispose(previous);
      this.reporter?.step({iteration: k + 1, x: state.best, residual: tf.reshape(state.error, [-1])});
      const isLook = (k + 1) % lookEvery(1) === 0;
      if (isLook && hostCanRead() && !state.status.dataSync().includes(Status.ITERATION_LIMIT)) break;
      const isOpen = () => tf.cast(tf.equal(state.status, Status.ITERATION_LIMIT), 'float32');
      const at = {iteration: k + 1, maxIterations: this.maxIterations};
      yield {look: () => lookAt(at, tf.reshape(isOpen(), [-1]), tf.reshape(state.error, [-1]))};
    }
    const solved = tf.lessEqual(state.error, this.tolerance);
    const isOpen = tf.equal(state.status, Status.ITERATION_LIMIT);
    const codes = tf.where(tf.logicalAnd(isOpen, solved), tf.zerosLike(state.status), state.status);
    const {y} = boundsOf(data, state.best);
    const flat = (v: tf.Tensor) => tf.reshape(v, [-1]) as tf.Tensor1D;
    const isProblem = tf.equal(flat(status), Status.ITERATION_LIMIT);
    const isEnough = this.maxIterations > FINISHING;
    const hasEnded = isEnough ? isProblem : tf.notEqual(flat(codes), Status.ITERATION_LIMIT);
    const found = yield* finishBoxed(
      data,
      {x: finite(state.best) as tf.Tensor2D, y: finite(y) as tf.Tensor2D},
      {
        open: tf.logicalAnd(isProblem, hasEnded),
        status: tf.cast(flat(codes), 'int32') as tf.Tensor1D,
        iterations: tf.cast(flat(state.iterations), 'int32') as tf.Tensor1D,
      },
      {tolerance: this.tolerance, maxIterations: isEnough ? FINISHING : 1},
      undefined,
      inSlices,
    );
    this.reporter?.end(found);
    return {
      ...found,
      activity: tf.cast(tf.sub(asNumbers(found.upper), asNumbers(found.lower)), 'int32') as tf.Tensor2D,
      certificate: {x: found.certificate.x},
    };
  }

  /** Measures x, keeps it if it is the best so far, and makes the next step from it. */
  private step(
    {x, best, error, status, iterations, ray, damping}: State,
    data: BoxedRows,
    errorAt: ErrorMeter,
    k: number,
  ): State {
    const isOpen = tf.equal(status, Status.ITERATION_LIMIT);
    const bounds = boundsOf(data, x);
    const now = errorAt({x, y: bounds.y});
    const least = tf.minimum(error, now);
    // Makes one more step than the tolerance requires, until a step gains nothing: this is cheap, and ends at the rounding of f32.
    const stalled = tf.logicalOr(tf.greater(now, tf.mul(0.5, error)), tf.equal(now, 0));
    const done = tf.logicalAnd(isOpen, tf.logicalAnd(stalled, tf.lessEqual(least, this.tolerance)));
    const descent = descend(data, x, bounds, damping);
    const moved = tf.where(isOpen, descent.x, x) as tf.Tensor2D;
    const code = (value: number) => fill(status.shape, value);
    let next = tf.where(done, code(Status.SOLVED), status);
    if ((k + 1) % CHECK_EVERY === 0) {
      const falling = unboundedRay(data, tf.sub(moved, x));
      const open = tf.logicalAnd(isOpen, tf.greater(least, this.tolerance));
      const falls = tf.logicalAnd(open, falling.proven);
      next = tf.where(falls, code(Status.DUAL_INFEASIBLE), next);
      ray = tf.where(falls, falling.ray, ray) as tf.Tensor2D;
    }
    return {
      x: moved,
      best: tf.where(tf.logicalAnd(isOpen, tf.less(now, error)), x, best) as tf.Tensor2D,
      error: tf.where(isOpen, least, error) as tf.Tensor2D,
      status: next as tf.Tensor2D,
      iterations: tf.where(isOpen, code(k), iterations) as tf.Tensor2D,
      ray: tf.clone(ray),
      damping: descent.damping,
    };
  }

  /** The constructor arguments of an equal solver, for a saved layer. */
  getConfig(): {
    /** The `tolerance` of this solver. */
    tolerance: number;
    /** The `maxIterations` of this solver. */
    maxIterations: number;
  } {
    return {tolerance: this.tolerance, maxIterations: this.maxIterations};
  }
}
