/** @file The operator-splitting solver of quadratic programs with bounds on both sides of Ax. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, rollBackOnThrow} from '../autodiff/index.js';
import {quadraticKkt} from '../conditions/index.js';
import {solvedRoot, Status} from '../implicit/index.js';
import {hostCanRead, SingularMatrixError} from '../kernels/index.js';
import {cholesky, eigh} from '../linalg/index.js';
import {kkt, type LinearSolver, type SolveInfo} from '../linsolve/index.js';
import {splitOperators, type SplittingOptions, type SplittingResult} from './operator-splitting.js';
import type {BoxedRows, Pair} from './operator-splitting-proofs.js';

export interface BoxOSQPOptions {
  /** Default 4000. */
  maxIterations?: number;
  /** Largest relative KKT error of a solved sample, absolute for terms below one. Default 1e-5; polishing leaves about 1e-6. */
  tolerance?: number;
  /** Solves the adjoint system. Default `linsolve.kkt()`. */
  linsolve?: LinearSolver;
  /** Receives the report of the gradient's linear solve. */
  onGradient?: (info: SolveInfo) => void;
}

/** The data; every tensor has the batch or 1 in front. */
export type BoxQPData = {
  /** [B, n, n], symmetric positive semidefinite. */
  Q: tf.Tensor;
  /** [B, n]. */
  p: tf.Tensor;
  /** [B, m, n]. */
  A: tf.Tensor;
  /** [B, m]; −Infinity where there is no bound. */
  l: tf.Tensor;
  /** [B, m]; Infinity where there is no bound, and l where Ax is to equal it. */
  u: tf.Tensor;
};

export interface BoxQPState {
  /** [B], int32, the codes of `Status`. */
  status: tf.Tensor1D;
  /** [B], int32. Zero where the guess's active set was the right one. */
  iterations: tf.Tensor1D;
  /** [B]: the largest relative error among stationarity, feasibility, signs and complementarity. */
  residual: tf.Tensor1D;
  /** [B, m], int32: −1 where the lower bound is active, 1 where the upper one is (or both), else 0. */
  activity: tf.Tensor2D;
  /**
   * Where the status is 1, dual y with Aᵀy = 0 and uᵀmax(y, 0) + lᵀmin(y, 0) = −1 (zero where some l > u, which is proof
   * enough). Where it is 2, x with Qx = 0 and pᵀx = −1 along which no bound is left. Zero elsewhere.
   */
  certificate: {x: tf.Tensor2D; dual: tf.Tensor2D};
}

/**
 * min ½ xᵀQx + pᵀx subject to l ≤ Ax ≤ u, for a batch: the alternating direction method of multipliers, in f32 tensor
 * operations, finished on the active set by the f64 KKT kernel. It tells infeasible and unbounded samples apart from solved
 * ones. A sample that fails has x = 0, dual = 0 and a zero gradient, and never touches the others.
 *
 * `run(init, {Q, p, A, l, u})` returns {x: {x [B, n], dual [B, m]}, state} with Qx + p + Aᵀdual = 0: dual is positive at an
 * upper bound, negative at a lower one. x and dual are differentiable in all five, to any order; the gradient of a bound goes
 * to the side that the multiplier presses on, and a weakly active bound counts as active.
 *
 * @throws If shapes do not fit or an option is out of range.
 * @see Stellato et al. 2020 (arXiv 1711.08013); Blondel et al. 2022 (arXiv 2105.15183), equation 6, for the gradient.
 */
export class BoxOSQP {
  readonly className = 'BoxOSQP';
  readonly maxIterations: number;
  readonly tolerance: number;
  private readonly linsolve: LinearSolver;
  private readonly onGradient?: (info: SolveInfo) => void;

  constructor({maxIterations = 4000, tolerance = 1e-5, linsolve = kkt(), onGradient}: BoxOSQPOptions = {}) {
    checkLimits('BoxOSQP', {maxIterations, tolerance});
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
    this.linsolve = linsolve;
    this.onGradient = onGradient;
  }

  /**
   * Solves the batch.
   *
   * @param init `null`, or a guess: an earlier `x` of nearby problems.
   */
  run(
    init: {x: tf.Tensor; dual: tf.Tensor} | null,
    data: BoxQPData,
  ): {x: {x: tf.Tensor2D; dual: tf.Tensor2D}; state: BoxQPState} {
    const {linsolve, onGradient} = this;
    const solve = () => {
      const batch = checkShapes('BoxOSQP', data, {Q: 'nn', p: 'n', A: 'mn', l: 'm', u: 'm'});
      const start = init && {x: init.x as tf.Tensor2D, y: init.dual as tf.Tensor2D};
      const found = offTape(
        () => solveBoxed(data, batch, start, this) as unknown as tf.TensorContainerObject,
      ) as unknown as SplittingResult;
      const {status, iterations, residual, lower, upper, certificate} = found;
      const activity = tf.sub(tf.cast(upper, 'int32'), tf.cast(lower, 'int32'));
      const rays = {x: certificate.x, dual: certificate.y};
      const state = {status, iterations, residual, activity, certificate: rays};
      return {
        x: boundedRoot(found, data, {linsolve, onGradient}),
        state,
      } as unknown as tf.TensorContainerObject;
    };
    return tf.tidy(() => rollBackOnThrow(solve)) as unknown as ReturnType<typeof this.run>;
  }

  /** The arguments that make an equal solver, for a saved layer. */
  getConfig(): {tolerance: number; maxIterations: number} {
    return {tolerance: this.tolerance, maxIterations: this.maxIterations};
  }
}

/** (x, y) as the root of the KKT condition on the bounds that are active: differentiable in the data. */
export function boundedRoot(
  found: Pick<SplittingResult, 'x' | 'y' | 'lower' | 'upper' | 'status'>,
  {Q, p, A, l, u}: BoxQPData,
  {linsolve, onGradient}: {linsolve: LinearSolver; onGradient?: (info: SolveInfo) => void},
): {x: tf.Tensor2D; dual: tf.Tensor2D} {
  const {x, y, lower, upper, status} = found;
  const [batch, n] = x.shape;
  const toBatch = (v: tf.Tensor) => (v.shape[0] === batch ? v : tf.tile(v, [batch, 1]));
  // The bounds that are not active may be infinite; tf.where keeps them out of value and gradient.
  const h = tf.where(upper, toBatch(u), tf.where(lower, toBatch(l), tf.zerosLike(y)));
  const data = {Q, p: toBatch(p), G: A, h, A: tf.zeros([1, 0, n]), b: tf.zeros([1, 0])};
  const weight = offTape(() => tf.cast(tf.logicalOr(lower, upper), 'float32'));
  const root = solvedRoot(quadraticKkt, {linsolve, onGradient}, [data, {weight, status}], () => ({
    x: {x: tf.clone(x), ineqDual: tf.clone(y), eqDual: tf.zeros([batch, 0])},
  }));
  return {x: root.x.x as tf.Tensor2D, dual: root.x.ineqDual as tf.Tensor2D};
}

/** Solves checked data, off the tape. */
export function solveBoxed(
  given: BoxQPData,
  batch: number,
  start: Pair | null,
  {maxIterations, tolerance}: SplittingOptions,
): SplittingResult {
  const n = given.Q.shape[2]!;
  const rows = given.A.shape[1]!;
  // A row that says nothing instead of none: not every operation takes an empty tensor.
  const nothing = {...given, A: tf.zeros([1, 1, n]), l: tf.fill([1, 1], -1), u: tf.ones([1, 1])};
  const padded = rows > 0 ? given : nothing;
  const guess = start && (rows > 0 ? start : {x: start.x, y: tf.zeros([batch, 1]) as tf.Tensor2D});
  const {data, status} = screen(padded, batch);
  const result = splitOperators(data, status, guess, {maxIterations, tolerance});
  if (rows > 0) return result;
  const empty = (dtype: 'float32' | 'bool') => tf.zeros([batch, 0], dtype) as tf.Tensor2D;
  return {
    ...result,
    ...{y: empty('float32'), lower: empty('bool'), upper: empty('bool')},
    certificate: {x: result.certificate.x, y: empty('float32')},
  };
}

/**
 * The data with the batch in front of the vectors and nothing in them that would throw; and a status, [B, 1], of samples
 * that need no solver: 5 for one that is not finite, or whose Q is not symmetric and positive semidefinite, 1 for crossing
 * bounds. The others have 3.
 */
export function screen({Q, p, A, l, u}: BoxQPData, batch: number): {data: BoxedRows; status: tf.Tensor2D} {
  const all = (flags: tf.Tensor) =>
    tf.all(
      flags,
      flags.shape.slice(1).map((_, i) => i + 1),
    );
  const zeroWhereNot = (v: tf.Tensor) => tf.where(tf.isFinite(v), v, tf.zerosLike(v));
  const toBatch = (v: tf.Tensor) => (v.shape[0] === batch ? v : tf.tile(v, [batch, 1])) as tf.Tensor2D;
  const curvature = zeroWhereNot(Q);
  const convex = isConvex(curvature);
  const below = tf.logicalAnd(tf.logicalNot(tf.isNaN(l)), tf.less(l, Infinity));
  const above = tf.logicalAnd(tf.logicalNot(tf.isNaN(u)), tf.greater(u, -Infinity));
  const valid = [
    all(tf.isFinite(Q)),
    convex,
    all(tf.isFinite(p)),
    all(tf.isFinite(A)),
    all(below),
    all(above),
  ]
    .map((flags) => tf.reshape(flags, [-1, 1]))
    .reduce((one, other) => tf.logicalAnd(one, other), tf.ones([batch, 1], 'bool'));
  const [low, high] = [
    toBatch(tf.where(below, l, tf.fill(l.shape, -1))),
    toBatch(tf.where(above, u, tf.fill(u.shape, 1))),
  ];
  const crossing = tf.any(tf.greater(low, high), 1, true);
  const code = (value: number) => tf.fill([batch, 1], value);
  const status = tf.where(
    valid,
    tf.where(crossing, code(Status.PRIMAL_INFEASIBLE), code(Status.ITERATION_LIMIT)),
    code(Status.INVALID_INPUT),
  ) as tf.Tensor2D;
  const safeQ = tf.where(tf.reshape(convex, [-1, 1, 1]), curvature, tf.zerosLike(curvature));
  const data = {
    ...{Q: safeQ, A: zeroWhereNot(A), p: toBatch(zeroWhereNot(p))},
    ...{l: tf.minimum(low, high) as tf.Tensor2D, u: tf.maximum(low, high) as tf.Tensor2D},
  };
  return {data, status};
}

/** Rounding of Q to f32, relative to its largest entry. */
const ROUNDING = 1e-5;

/** Whether each of the finite Q [C, n, n] is symmetric and has no negative eigenvalue: bool, [C]. */
function isConvex(Q: tf.Tensor): tf.Tensor {
  const [count, n] = Q.shape as [number, number];
  const size = tf.max(tf.abs(Q), [1, 2], true);
  const unit = tf.div(Q, tf.where(tf.greater(size, 0), size, tf.onesLike(size)));
  const skew = tf.max(tf.abs(tf.sub(unit, tf.transpose(unit, [0, 2, 1]))), [1, 2]);
  const shifted = tf.add(unit, tf.mul(ROUNDING, tf.expandDims(tf.eye(n), 0)));
  const definite = () => {
    try {
      // Where the host cannot read, a matrix that is not definite has NaN for a factor.
      return tf.all(tf.isFinite(cholesky(shifted)), [1, 2]);
    } catch (error) {
      if (!(error instanceof SingularMatrixError) || !hostCanRead()) throw error;
      return tf.greater(tf.min(eigh(shifted).eigenvalues, 1), 0);
    }
  };
  return tf.reshape(tf.logicalAnd(definite(), tf.lessEqual(skew, ROUNDING)), [count]);
}

/** @throws If a limit is out of range. */
export function checkLimits(className: string, {maxIterations, tolerance}: SplittingOptions): void {
  if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
    throw new Error(`${className}: maxIterations must be a positive integer, got ${maxIterations}.`);
  }
  if (!(tolerance > 0)) throw new Error(`${className}: tolerance must be positive, got ${tolerance}.`);
}

/**
 * The batch of tensors that have it or 1 in front.
 *
 * @param shapes The other axes of each, a letter an axis; axes of one letter are of one size.
 * @throws If a tensor is missing or has another shape.
 */
export function checkShapes(
  className: string,
  data: Record<string, tf.Tensor>,
  shapes: Record<string, string>,
): number {
  const sizes: Record<string, number> = {};
  let batch = 1;
  for (const [name, axes] of Object.entries(shapes)) {
    const shape = data[name]?.shape;
    const symbols = ['B | 1', ...axes].join(', ');
    if (!shape) throw new Error(`${className}: ${name} is missing; expected shape [${symbols}].`);
    const fits =
      shape.length === axes.length + 1 &&
      [...axes].every((axis, i) => (sizes[axis] ??= shape[i + 1]) === shape[i + 1]);
    if (!fits) {
      const known = ['B | 1', ...[...axes].map((axis) => sizes[axis] ?? axis)].join(', ');
      throw new Error(`${className}: ${name} must have shape [${symbols}], here [${known}]; got [${shape}].`);
    }
    if (shape[0] !== 1 && batch !== 1 && shape[0] !== batch) {
      throw new Error(
        `${className}: ${name} has a batch of ${shape[0]}, but another input has one of ${batch}.`,
      );
    }
    if (shape[0] !== 1) batch = shape[0];
  }
  return batch;
}
