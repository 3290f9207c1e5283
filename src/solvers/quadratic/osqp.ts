/** @file The operator-splitting solver of quadratic programs in the form that `solveQP` takes. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import type {QuadraticData} from '../../conditions/index.js';
import type {QPGuess, QPSolution} from '../../kernels/index.js';
import {matVec} from '../../linalg/index.js';
import {checkLimits, checkShapes} from './parts/box-input.js';
import {solveBoxed} from './box-osqp.js';
import {IMPLICIT_QP, ImplicitQP, type ImplicitQPOptions} from './implicit-qp.js';
import {reporterOf, type Reporter} from '../iteration/report.js';
import {REPORT, type ReportOptions} from '../iteration/report-options.js';
import {drain, type Steps} from '../iteration/steps.js';
import {asNumbers, ofBatch} from './splitting/rows.js';
import {fill} from '../../kernels/index.js';

/** The options of `OSQP`. */
export interface OSQPOptions extends ImplicitQPOptions, ReportOptions {
  /**
   * KKT error at which the splitting ends. Default 1e-5. A solved sample has a residual of at most 2⁻²⁰, measured as in
   * `solveQP`: each row and column relative to its own terms.
   */
  tolerance?: number | undefined;
  /**
   * The largest number of iterations. Default 4000, including the last hundred, which the kernel makes. At most 300 if the host cannot
   * read, because it cannot see that the solve is done.
   */
  maxIterations?: number | undefined;
}

/** The largest finite f32: the slack of a row without a bound. */
const LARGEST = 3.4028234663852886e38;

const NAMES: Names<OSQPOptions> = {...IMPLICIT_QP, ...REPORT, tolerance: 0, maxIterations: 0};

/**
 * min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, for a batch: `BoxOSQP` with the rows of G below h and those of A at b, in f32
 * tensor operations; then the kernel of `solveQP` continues and makes the final decision. Statuses, certificates and gradients
 * are those of `InteriorPointQP`; if a sample fails, it has x = 0 and a zero gradient, and the others are unaffected.
 *
 * `solveQP(problem, {solver: new OSQP()})` adds shape checks, shared tensors and messages.
 *
 * @throws If shapes do not fit or an option is out of range.
 * @see Stellato et al. 2020 (arXiv 1711.08013); Blondel et al. 2022 (arXiv 2105.15183), equation 6, for the gradient.
 */
export class OSQP extends ImplicitQP {
  /** The name at the start of its messages. */
  readonly className = 'OSQP';
  /** The KKT error at which the splitting ends. Default 1e-5. */
  readonly tolerance: number;
  /** The most iterations, those of the kernel at the end included. Default 4000. */
  readonly maxIterations: number;
  private readonly reporter: Reporter | null;

  constructor(given: OSQPOptions = {}) {
    const {
      tolerance = 1e-5,
      maxIterations = 4000,
      onIteration,
      verbose,
      ...options
    } = checkOptions('OSQP', given, NAMES);
    super(options, 'OSQP');
    checkLimits('OSQP', {maxIterations, tolerance});
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
    this.reporter = reporterOf('OSQP', {onIteration, verbose});
  }

  protected override solve(init: QPGuess | null, data: QuadraticData): QPSolution {
    return drain(this.steps(init, data, false));
  }

  protected override *solving(init: QPGuess | null, data: QuadraticData): Steps<QPSolution> {
    return yield* this.steps(init, data, true);
  }

  private *steps(init: QPGuess | null, data: QuadraticData, inSlices: boolean): Steps<QPSolution> {
    const batch = checkShapes('OSQP', data, {Q: 'nn', p: 'n', G: 'mn', h: 'm', A: 'kn', b: 'k'});
    const {Q, p, G, h, A, b} = data;
    const [m, k] = [G.shape[1]!, A.shape[1]!];
    // Infinity means no bound; any other value that is not finite is invalid.
    const upper = tf.where(tf.logicalOr(tf.isFinite(h), tf.greater(h, 0)), h, fill(h.shape, NaN));
    const boxed = {
      ...{Q, p, A: stack(G, A)},
      ...{l: stack(fill(h.shape, -Infinity), b), u: stack(upper, b)},
    };
    const start = init && {x: init.x as tf.Tensor2D, y: stack(init.ineqDual, init.eqDual) as tf.Tensor2D};
    const known = {equal: range(m, m + k), upper: range(0, m), lower: []};
    const {tolerance, maxIterations, reporter} = this;
    const limits = {tolerance, maxIterations, reporter};
    const found = yield* solveBoxed(boxed, batch, start, limits, known, inSlices);
    const split = (y: tf.Tensor) => tf.split(y, [m, k], 1) as tf.Tensor2D[];
    const [dual, eqDual] = split(found.y);
    const active = split(found.upper)[0];
    const ineqDual = tf.relu(dual);
    const solved = tf.expandDims(tf.equal(found.status, 0), 1);
    const free = tf.logicalAnd(solved, tf.logicalNot(active));
    const distance = tf.minimum(LARGEST, tf.relu(tf.sub(h, matVec(G, found.x))));
    const slack = tf.where(free, distance, tf.zerosLike(dual)) as tf.Tensor2D;
    const weak = split(found.weak)[0];
    const [certificateIneq, certificateEq] = split(found.certificate.y);
    return {
      ...{x: found.x, ineqDual, eqDual, slack},
      activity: activityOf(active, tf.logicalAnd(weak, solved)),
      ...{status: found.status, iterations: found.iterations, residual: found.residual},
      certificateX: found.certificate.x,
      ...{certificateIneq: tf.relu(certificateIneq), certificateEq},
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

/** 0 inactive, 1 active, 2 not certain. */
function activityOf(active: tf.Tensor, weak: tf.Tensor): tf.Tensor2D {
  const kinds = active.size === 0 ? active : tf.where(weak, tf.fill(weak.shape, 2), asNumbers(active));
  return tf.cast(kinds, 'int32') as tf.Tensor2D;
}

const range = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i);

/** The rows of one tensor above the rows of the other, with the larger batch. */
function stack(above: tf.Tensor, below: tf.Tensor): tf.Tensor {
  if (above.shape[1] === 0) return tf.clone(below);
  if (below.shape[1] === 0) return tf.clone(above);
  const batch = Math.max(above.shape[0], below.shape[0]);
  const [one, other] = [above, below].map((v): tf.Tensor => ofBatch(v, batch));
  return tf.concat([one, other], 1);
}
