/** @file Quadratic programs with equalities only: one linear system. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import type {QuadraticData} from '../../conditions/index.js';
import {Status} from '../../implicit/index.js';
import {fill, KktBatch, type QPGuess, type QPSolution} from '../../kernels/index.js';
import {matVec, matVecTransposed} from '../../linalg/index.js';
import {checkLimits, checkShapes, screen} from './parts/box-input.js';
import {ImplicitQP, type ImplicitQPOptions, type QPRunSolution, type QPState} from './implicit-qp.js';
import {errorMeter, type ErrorMeter} from './splitting/errors.js';
import type {AsyncOptions} from '../iteration/in-slices.js';
import type {RunResult} from '../iteration/run-result.js';
import {drain} from '../iteration/steps.js';
import {asNumbers, finite, type BoxedRows, type Pair} from './splitting/rows.js';
import {equilibrate} from './splitting/scaling.js';
import {finishBoxed, FINISHING} from './parts/qp-finish.js';

/** The options of `EqualityConstrainedQP`. */
export interface EqualityConstrainedQPOptions extends Pick<
  ImplicitQPOptions,
  'linsolve' | 'onGradient' | 'onFailure'
> {
  /** The largest error of a solved sample; at least 2⁻²⁰, as in `solveQP`. Default 1e-5. */
  tolerance?: number | undefined;
  /** The largest number of corrections of the residual. Default 2. */
  maxIterations?: number | undefined;
}

/** The data; axis 0 of every tensor is the batch or 1, for p the batch if any tensor has one. G and h must be empty. */
export type EqualityConstrainedData = Pick<QuadraticData, 'Q' | 'p' | 'A' | 'b'> & Partial<QuadraticData>;

const NAMES: Names<EqualityConstrainedQPOptions> = {
  tolerance: 0,
  maxIterations: 0,
  linsolve: 0,
  onGradient: 0,
  onFailure: 0,
};

/**
 * min ½ xᵀQx + pᵀx subject to Ax = b, for a batch: the KKT system [Q Aᵀ; A 0], factored in f64, with iterative refinement.
 * Q is symmetric positive semidefinite.
 *
 * `run(init, {Q [B, n, n], p [B, n], A [B, k, n], b [B, k]})` returns {x: {x [B, n], ineqDual [B, 0], eqDual [B, k]}, state} with
 * Qx + p + Aᵀ eqDual = 0, differentiable in all four, to any order; `init` is not used. If the system is singular but has
 * solutions (dependent rows of A, even if they agree only up to rounding, or directions without curvature), the result is a
 * solution of small norm. Otherwise the status is 1 (Ax = b has no solution) or 2 (unbounded), with the certificate; such a
 * sample has x = 0 and a zero gradient.
 *
 * It can also be the `solver` of `solveQP`, for problems without G.
 *
 * @throws If shapes do not fit, an option is out of range, or there are inequalities.
 * @see Nocedal & Wright 2006, section 16.1; Blondel et al. 2022 (arXiv 2105.15183), equation 6, for the gradient.
 */
export class EqualityConstrainedQP extends ImplicitQP {
  /** The name at the start of its messages. */
  readonly className = 'EqualityConstrainedQP';
  /** The largest error of a solved sample. Default 1e-5. */
  readonly tolerance: number;
  /** The most corrections of the residual after the factorization. Default 2. */
  readonly maxIterations: number;

  constructor(given: EqualityConstrainedQPOptions = {}) {
    const {
      tolerance = 1e-5,
      maxIterations = 2,
      ...options
    } = checkOptions('EqualityConstrainedQP', given, NAMES);
    super(options, 'EqualityConstrainedQP');
    checkLimits('EqualityConstrainedQP', {maxIterations, tolerance});
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
  }

  override run(init: QPGuess | null, data: EqualityConstrainedData): RunResult<QPRunSolution, QPState> {
    return super.run(init, data as QuadraticData);
  }

  override async runAsync(
    init: QPGuess | null,
    data: EqualityConstrainedData,
    options?: AsyncOptions,
  ): Promise<RunResult<QPRunSolution, QPState>> {
    return super.runAsync(init, data as QuadraticData, options);
  }

  protected override whole(data: EqualityConstrainedData): QuadraticData {
    const batch = checkShapes('EqualityConstrainedQP', data, {Q: 'nn', p: 'n', A: 'kn', b: 'k'});
    const {Q, p, A, b, G, h, lower, upper} = data;
    const bound = lower ?? upper;
    if (G?.size || h?.size || bound) {
      throw new Error(
        `EqualityConstrainedQP: inequalities are not supported, got ${bound ? 'bounds' : 'G'} of shape [${(bound ?? G)?.shape}]; ` +
          'use OSQP or InteriorPointQP for them.',
      );
    }
    const n = Q.shape[2]!;
    const linear = p.shape[0] === batch ? p : tf.tile(p, [batch, 1]);
    // The data in the order of the condition's pullback.
    return {Q, p: linear, G: tf.zeros([1, 0, n]), h: tf.zeros([1, 0]), A, b};
  }

  protected override solve(_init: QPGuess | null, {Q, p, A, b}: QuadraticData): QPSolution {
    const [batch, n] = p.shape as [number, number];
    const k = A.shape[1]!;
    // Uses a row without effect instead of no row, because not every operation accepts an empty tensor.
    const rows =
      k > 0 ? {A, l: b, u: b} : {A: tf.zeros([1, 1, n]), l: tf.fill([1, 1], -1), u: tf.ones([1, 1])};
    const {data, status: screened} = screen({Q, p, ...rows}, batch);
    const isOpen = tf.equal(screened, Status.ITERATION_LIMIT);
    const scaled = equilibrate(data);
    const errorAt = errorMeter(data, scaled);
    const quick = this.refined(data, isOpen, k > 0, errorAt);
    const none = () => tf.zeros([batch, 0]) as tf.Tensor2D;
    const ofRows = (v: tf.Tensor2D) => (k > 0 ? v : none());
    const flat = (v: tf.Tensor) => tf.reshape(v, [-1]) as tf.Tensor1D;
    const integers = (v: tf.Tensor) => tf.cast(flat(v), 'int32') as tf.Tensor1D;
    const empty = {
      ...{ineqDual: none(), slack: none(), certificateIneq: none()},
      activity: tf.cast(none(), 'int32') as tf.Tensor2D,
    };
    const so = {open: flat(isOpen), status: integers(screened), iterations: integers(quick.corrections)};
    const limits = {tolerance: this.tolerance, maxIterations: FINISHING};
    const known = k > 0 ? {equal: [...Array(k).keys()], upper: [], lower: []} : undefined;
    const {x, y, status, iterations, residual, certificate} = drain(
      finishBoxed(data, quick, so, limits, known, false),
    );
    return {
      ...{...empty, x, eqDual: ofRows(y), status, iterations, residual},
      ...{certificateX: certificate.x, certificateEq: ofRows(certificate.y)},
    };
  }

  /** The solution by factorisation, corrected if that makes the error smaller. */
  private refined(data: BoxedRows, isOpen: tf.Tensor, constrained: boolean, errorAt: ErrorMeter): Solution {
    const {Q, p, A, l} = data;
    const [n, k] = [p.shape[1], l.shape[1]];
    const weight = tf.mul(Number(constrained), tf.onesLike(l));
    const status = tf.reshape(tf.cast(asNumbers(tf.logicalNot(isOpen)), 'int32'), [-1]);
    const systems = new KktBatch({Q, G: A, A: tf.zeros([1, 0, n]), weight, status});
    let point = {x: tf.zerosLike(p), y: tf.zerosLike(l)};
    let error = fill([p.shape[0], 1], Infinity) as tf.Tensor2D;
    let corrections = tf.zerosLike(error) as tf.Tensor;
    for (let i = 0; i <= this.maxIterations; i++) {
      const right = tf.mul(tf.concat([tf.onesLike(p), weight], 1), residualOf(data, point)) as tf.Tensor2D;
      const [step] = systems.solve(finite(right) as tf.Tensor2D, false);
      const [dx, dy] = tf.split(step, [n, k], 1);
      const next = {x: tf.add(point.x, dx), y: tf.add(point.y, dy)} as Pair;
      const nextError = errorAt(next);
      const better = tf.less(nextError, error);
      point = {
        x: tf.where(better, next.x, point.x) as tf.Tensor2D,
        y: tf.where(better, next.y, point.y) as tf.Tensor2D,
      };
      error = tf.minimum(error, nextError);
      if (i > 0) corrections = tf.add(corrections, asNumbers(better));
    }
    return {...point, error, corrections};
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

type Solution = Pair & {error: tf.Tensor2D; corrections: tf.Tensor};

/** (−p, b) − [Q Aᵀ; A 0](x, y), [B, n + k]. */
function residualOf({Q, p, A, l}: BoxedRows, {x, y}: Pair): tf.Tensor {
  const pull = tf.addN([matVec(Q, x), p, matVecTransposed(A, y)]);
  return tf.concat([tf.neg(pull), tf.sub(l, matVec(A, x))], 1);
}
