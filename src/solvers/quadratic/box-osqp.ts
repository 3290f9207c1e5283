/** @file The operator-splitting solver of quadratic programs with bounds on both sides of Ax. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {rollBackOnThrow} from '../../autodiff/index.js';
import {Status, type OnFailure} from '../../implicit/index.js';
import {kkt, type LinearSolver, type SolveInfo} from '../../linsolve/index.js';
import {withBounds, type BoxedData, type BoxQPData, type OldBounds} from './box-qp-data.js';
import {runResult, type RunResult} from '../iteration/run-result.js';
import {checkLimits, checkShapes, screen} from './parts/box-input.js';
import {finishBoxed, FINISHING, type Sides} from './parts/qp-finish.js';
import {boundedRoot} from './parts/box-root.js';
import {reporterOf, type Reporter} from '../iteration/report.js';
import {REPORT, type ReportOptions} from '../iteration/report-options.js';
import {asNumbers, type BoxedRows, type Pair} from './splitting/rows.js';
import {inSlices, type AsyncOptions} from '../iteration/in-slices.js';
import {held} from '../iteration/samples.js';
import {apart, drain, type Steps} from '../iteration/steps.js';
import {splitOperators, type SplittingOptions, type SplittingResult} from './splitting/splitting.js';

/** The options of `BoxOSQP`. */
export interface BoxOSQPOptions extends ReportOptions {
  /**
   * The largest number of iterations. Default 4000, including the last hundred, which the kernel makes. At most 300 if the host cannot
   * read, because it cannot see that the solve is done.
   */
  maxIterations?: number | undefined;
  /**
   * KKT error at which the splitting ends. Default 1e-5. A solved sample has a residual of at most 2⁻²⁰, measured as in
   * `solveQP`: each row and column relative to its own terms.
   */
  tolerance?: number | undefined;
  /** Solves the adjoint system. Default `linsolve.kkt()`. */
  linsolve?: LinearSolver | undefined;
  /** Receives the report of the gradient's linear solve. */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /** When the linear system of a gradient is not solved: 'warn' (default), 'throw' or 'ignore'. */
  onFailure?: OnFailure | undefined;
}

/** How the solve of each sample by `BoxOSQP` went, and which bounds hold its solution. */
export type BoxQPState = {
  /** [B], int32, the codes of `Status`. */
  status: tf.Tensor1D;
  /** [B], int32: the iterations of each sample, with those of the kernel. Zero if the active set of the guess was right. */
  iterations: tf.Tensor1D;
  /** Shape [B]: the largest relative error among stationarity, feasibility, signs and complementarity. */
  residual: tf.Tensor1D;
  /** [B, m], int32: −1 if the lower bound is active, 1 if the upper bound is (or both are), else 0. */
  activity: tf.Tensor2D;
  /**
   * For status 1, dual y with Aᵀy = 0 and upperᵀmax(y, 0) + lowerᵀmin(y, 0) = −1 (zero if some lower > upper, which is already a proof).
   * For status 2, x with Qx = 0 and pᵀx = −1 along which no bound is violated. Otherwise zero.
   */
  certificate: {
    /** [B, n], the direction in which the objective decreases without limit; zero unless the status is 2. */
    x: tf.Tensor2D;
    /** [B, m], multipliers that prove that no point is feasible; zero unless the status is 1. */
    dual: tf.Tensor2D;
  };
};

const NAMES: Names<BoxOSQPOptions> = {
  maxIterations: 0,
  tolerance: 0,
  linsolve: 0,
  onGradient: 0,
  onFailure: 0,
  ...REPORT,
};

/**
 * min ½ xᵀQx + pᵀx subject to lower ≤ Ax ≤ upper, for a batch: the alternating direction method of multipliers, in f32 tensor operations;
 * then the kernel of `solveQP` continues and makes the final decision. It distinguishes infeasible and unbounded samples from
 * solved ones. If a sample fails, it has x = 0, dual = 0 and a zero gradient, and the others are unaffected.
 *
 * `run(init, {Q, p, A, lower, upper})` returns {x: {x [B, n], dual [B, m]}, state} with Qx + p + Aᵀdual = 0: dual is positive at an upper
 * bound, negative at a lower one. x and dual are differentiable in all five, to any order; the gradient of a bound goes to the
 * side on which the multiplier pushes, and a weakly active bound counts as active.
 *
 * @throws If shapes do not fit or an option is out of range.
 * @see Stellato et al. 2020 (arXiv 1711.08013); Blondel et al. 2022 (arXiv 2105.15183), equation 6, for the gradient.
 */
export class BoxOSQP {
  /** The name at the start of its messages. */
  readonly className = 'BoxOSQP';
  /** The most iterations, those of the kernel at the end included. Default 4000. */
  readonly maxIterations: number;
  /** The KKT error at which the splitting ends. Default 1e-5. */
  readonly tolerance: number;
  private readonly linsolve: LinearSolver;
  private readonly onGradient?: (info: SolveInfo) => void;
  private readonly onFailure?: OnFailure;
  private readonly reporter: Reporter | null;

  constructor(given: BoxOSQPOptions = {}) {
    const {
      maxIterations = 4000,
      tolerance = 1e-5,
      linsolve = kkt(),
      onGradient,
      onFailure,
      onIteration,
      verbose,
    } = checkOptions('BoxOSQP', given, NAMES);
    checkLimits('BoxOSQP', {maxIterations, tolerance});
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
    this.linsolve = linsolve;
    this.onGradient = onGradient;
    this.onFailure = onFailure;
    this.reporter = reporterOf('BoxOSQP', {onIteration, verbose});
  }

  /**
   * Solves the batch.
   *
   * @param init `null`, or a guess: an earlier `x` of nearby problems.
   */
  run(
    init: {
      /** A guess of the minimizer, [B, n]. */
      x: tf.Tensor;
      /** A guess of the multipliers, [B, m]. */
      dual: tf.Tensor;
    } | null,
    data: BoxQPData | (Omit<BoxQPData, 'lower' | 'upper'> & OldBounds),
  ): RunResult<
    {
      /** The minimizer, [B, n]; zero for a sample that failed. */
      x: tf.Tensor2D;
      /** The multipliers of the bounds, [B, m]: positive at an upper bound, negative at a lower one. */
      dual: tf.Tensor2D;
    },
    BoxQPState
  > {
    const solve = () => drain(this.running(init, data, false)) as unknown as tf.TensorContainerObject;
    return tf.tidy(() => rollBackOnThrow(solve)) as unknown as ReturnType<typeof this.run>;
  }

  /**
   * `run` in slices of about 8 ms, between which the event loop goes on: a page stays responsive. Without a gradient.
   *
   * The result is that of `run`. What it is given is read when it is called. One iteration of the batch is never divided.
   *
   * @returns The result of `run`; the caller disposes of its tensors.
   * @throws (rejects) As `run`; if a gradient is being recorded; with an `AbortError` if the signal is aborted; or what `onProgress` throws.
   */
  async runAsync(
    init: Parameters<BoxOSQP['run']>[0],
    data: Parameters<BoxOSQP['run']>[1],
    options?: AsyncOptions,
  ): Promise<ReturnType<BoxOSQP['run']>> {
    const begin = () => this.running(init && held(init), held(data), true);
    return inSlices('BoxOSQP.runAsync', begin, options);
  }

  private *running(
    init: Parameters<BoxOSQP['run']>[0],
    data: Parameters<BoxOSQP['run']>[1],
    inSlices: boolean,
  ): Steps<ReturnType<BoxOSQP['run']>> {
    const {linsolve, onGradient, onFailure, maxIterations, tolerance, reporter} = this;
    const options = {linsolve, onGradient, onFailure, where: 'BoxOSQP'};
    const given = withBounds<BoxQPData>('BoxOSQP', data);
    const batch = checkShapes('BoxOSQP', given, {Q: 'nn', p: 'n', A: 'mn', lower: 'm', upper: 'm'});
    const {Q, p, A, lower: l, upper: u} = given;
    const boxed = {Q, p, A, l, u};
    if (init) checkOptions('BoxOSQP: init', init, {x: 1, dual: 1}, 'entry');
    const start = init && {x: init.x as tf.Tensor2D, y: init.dual as tf.Tensor2D};
    const solve = solveBoxed(boxed, batch, start, {maxIterations, tolerance, reporter}, undefined, inSlices);
    const found = yield* apart(solve, inSlices);
    const {status, iterations, residual, lower, upper, certificate} = found;
    const activity = tf.cast(tf.sub(asNumbers(upper), asNumbers(lower)), 'int32') as tf.Tensor2D;
    const rays = {x: certificate.x, dual: certificate.y};
    const state = {status, iterations, residual, activity, certificate: rays};
    return runResult(boundedRoot(found, boxed, options), state);
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

type BoxedSolution = SplittingResult & {weak: tf.Tensor2D};

/**
 * Solves checked data, off the tape.
 *
 * @param known Which rows are equalities and which have a bound on either side, if that is known.
 */
export function* solveBoxed(
  given: BoxedData,
  batch: number,
  start: Pair | null,
  options: SplittingOptions,
  known: Sides | undefined,
  inSlices: boolean,
): Steps<BoxedSolution> {
  const n = given.Q.shape[2]!;
  const rows = given.A.shape[1]!;
  // Uses a row without effect instead of no row, because not every operation accepts an empty tensor.
  const nothing = {...given, A: tf.zeros([1, 1, n]), l: tf.fill([1, 1], -1), u: tf.ones([1, 1])};
  const padded = rows > 0 ? given : nothing;
  const guess = start && (rows > 0 ? start : {x: start.x, y: tf.zeros([batch, 1]) as tf.Tensor2D});
  const {data, status} = screen(padded, batch);
  const result = yield* finished(data, status, guess, options, rows > 0 ? known : undefined, inSlices);
  options.reporter?.end(result);
  if (rows > 0) return result;
  const empty = tf.zeros([batch, 0]) as tf.Tensor2D;
  const none = tf.zeros([batch, 0], 'bool') as tf.Tensor2D;
  return {
    ...result,
    ...{y: empty, lower: none, upper: none, weak: none},
    certificate: {x: result.certificate.x, y: empty},
  };
}

/** The most iterations of the splitting before the kernel takes over. */
const SPLITTING = 1000;

/** Runs the splitting, and then the kernel of quadratic programs from its result. */
function* finished(
  data: BoxedRows,
  status: tf.Tensor2D,
  guess: Pair | null,
  {maxIterations, tolerance, reporter}: SplittingOptions,
  known: Sides | undefined,
  inSlices: boolean,
): Steps<BoxedSolution> {
  // If there are too few iterations for both, the splitting gets all of them and the kernel only judges the result.
  const isEnough = maxIterations > FINISHING;
  const most = isEnough ? Math.min(maxIterations - FINISHING, SPLITTING) : maxIterations;
  const {point, ...found} = yield* apart(
    splitOperators(data, status, guess, {maxIterations: most, tolerance, reporter}),
    inSlices,
  );
  const screened = tf.reshape(tf.cast(status, 'int32'), [-1]) as tf.Tensor1D;
  const isProblem = tf.equal(screened, Status.ITERATION_LIMIT);
  const hasEnded = isEnough ? isProblem : tf.notEqual(found.status, Status.ITERATION_LIMIT);
  return yield* finishBoxed(
    data,
    point,
    {open: tf.logicalAnd(isProblem, hasEnded), status: found.status, iterations: found.iterations},
    {tolerance, maxIterations: isEnough ? FINISHING : 1},
    known,
    inSlices,
  );
}
