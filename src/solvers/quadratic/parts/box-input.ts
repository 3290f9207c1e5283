/** @file Checks of the input of the quadratic solvers of this family: options, shapes, and which samples are valid problems. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, describe} from '../../../checks/index.js';
import {Status} from '../../../implicit/index.js';
import {fill, hostCanRead, NO_BOUND, SingularMatrixError} from '../../../kernels/index.js';
import {cholesky, eigh} from '../../../linalg/index.js';
import type {BoxedData} from '../box-qp-data.js';
import {refuseSparse} from './refuse-sparse.js';
import {allOf, asNumbers, ofBatch, positive, type BoxedRows} from '../splitting/rows.js';
import type {SplittingOptions} from '../splitting/splitting.js';

/** @throws If a limit is out of range. */
export function checkLimits(className: string, {maxIterations, tolerance}: SplittingOptions): void {
  if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
    throw new Error(`${className}: maxIterations must be a positive integer, got ${maxIterations}.`);
  }
  if (!(tolerance > 0)) throw new Error(`${className}: tolerance must be positive, got ${tolerance}.`);
}

/**
 * The batch size of tensors whose axis 0 is the batch or 1.
 *
 * @param shapes The other axes of each tensor, one letter per axis; axes with the same letter have the same size.
 * @throws If a tensor is missing or has a wrong shape.
 */
export function checkShapes(
  className: string,
  data: Record<string, tf.Tensor>,
  shapes: Record<string, string>,
): number {
  refuseSparse(className, data);
  // An empty pair (G, h) is allowed.
  checkOptions(className, data, Object.keys(shapes), 'input', ['G', 'h']);
  const sizes: Record<string, number> = {};
  let batch = 1;
  for (const [name, axes] of Object.entries(shapes)) {
    const shape = data[name]?.shape as number[] | undefined;
    const symbols = ['B | 1', ...axes].join(', ');
    if (data[name] == null) throw new Error(`${className}: ${name} is missing; expected shape [${symbols}].`);
    if (!Array.isArray(shape)) {
      throw new Error(
        `${className}: ${name} must be a tensor of shape [${symbols}], got ${describe(data[name])}. Make one of numbers by tf.tensor.`,
      );
    }
    const before = {...sizes};
    const fits =
      shape.length === axes.length + 1 &&
      [...axes].every((axis, i) => (sizes[axis] ??= shape[i + 1]) === shape[i + 1]);
    if (!fits) {
      const known = ['B | 1', ...[...axes].map((axis) => before[axis] ?? axis)].join(', ');
      const here = known === symbols ? '' : `, here [${known}]`;
      const hint =
        shape.length === axes.length
          ? ` The first axis is the batch: tf.expandDims(${name}, 0) makes a batch of one.`
          : '';
      throw new Error(`${className}: ${name} must have shape [${symbols}]${here}; got [${shape}].${hint}`);
    }
    if (shape[0] !== 1 && batch !== 1 && shape[0] !== batch) {
      throw new Error(
        `${className}: ${name} has a batch of ${shape[0]} samples, but another input has ${batch}.`,
      );
    }
    if (shape[0] !== 1) batch = shape[0];
  }
  return batch;
}

/**
 * The data with the batch as axis 0 of the vectors and without values that would throw, and a status, [B, 1]. The status is 5 for a sample
 * that is not finite or whose Q is not symmetric and positive semidefinite, and 1 for crossing bounds; these samples need no solver. The
 * others have 3.
 */
export function screen({Q, p, A, l, u}: BoxedData, batch: number): {data: BoxedRows; status: tf.Tensor2D} {
  const zeroWhereNot = (v: tf.Tensor) => tf.where(tf.isFinite(v), v, tf.zerosLike(v));
  const toBatch = (v: tf.Tensor) => ofBatch(v, batch) as tf.Tensor2D;
  const curvature = zeroWhereNot(Q);
  const convex = isConvex(curvature);
  const below = tf.logicalAnd(tf.logicalNot(tf.isNaN(l)), tf.less(l, NO_BOUND));
  const above = tf.logicalAnd(tf.logicalNot(tf.isNaN(u)), tf.greater(u, -NO_BOUND));
  const valid = [tf.isFinite(Q), tf.isFinite(p), tf.isFinite(A), below, above]
    .map(allOf)
    .reduce((one, other) => tf.logicalAnd(one, other), convex);
  const unbounded = (v: tf.Tensor, isBound: tf.Tensor, none: number) =>
    tf.where(isBound, v, fill(v.shape, none));
  const [low, high] = [
    toBatch(unbounded(tf.where(below, l, tf.fill(l.shape, -1)), tf.greater(l, -NO_BOUND), -Infinity)),
    toBatch(unbounded(tf.where(above, u, tf.fill(u.shape, 1)), tf.less(u, NO_BOUND), Infinity)),
  ];
  // Bounds that cross by less are equal up to rounding.
  const [gap, terms] = [tf.sub(low, high), tf.add(tf.abs(low), tf.abs(high))];
  const crosses = tf.logicalAnd(tf.greater(gap, 0), tf.greater(gap, tf.mul(CROSSING, terms)));
  const crossing = tf.logicalNot(allOf(tf.logicalNot(crosses)));
  const code = (value: number) => fill([batch, 1], value);
  const status = tf.where(
    tf.greater(toBatch(asNumbers(valid)), 0),
    tf.where(crossing, code(Status.PRIMAL_INFEASIBLE), code(Status.ITERATION_LIMIT)),
    code(Status.INVALID_INPUT),
  ) as tf.Tensor2D;
  const safeQ = tf.where(tf.expandDims(convex, 2), curvature, tf.zerosLike(curvature));
  const data = {
    ...{Q: safeQ, A: zeroWhereNot(A), p: toBatch(zeroWhereNot(p))},
    ...{l: tf.minimum(low, high) as tf.Tensor2D, u: tf.maximum(low, high) as tf.Tensor2D},
  };
  return {data, status};
}

/** The difference that rounding to f32 can cause between equal bounds, relative to them. */
const CROSSING = 2 ** -20;

/**
 * The rounding of Q to f32, relative to the diagonal, or to the smallest diagonal entry that counts, as a fraction of the largest entry.
 */
const ROUNDING = 1e-5;
const LEAST_DIAGONAL = 1e-9;

/** Whether each of the finite Q [C, n, n] is symmetric and has no negative eigenvalue, in units of its diagonal: bool, [C, 1]. */
function isConvex(Q: tf.Tensor): tf.Tensor {
  const n = Q.shape[2]!;
  const eye = tf.expandDims(tf.eye(n), 0);
  const diagonal = tf.sum(tf.mul(Q, eye), 2);
  const size = tf.max(tf.reshape(tf.abs(Q), [-1, n * n]), 1, true);
  const scale = tf.rsqrt(positive(tf.maximum(diagonal, tf.mul(LEAST_DIAGONAL, size))));
  const unit = tf.mul(tf.mul(tf.expandDims(scale, 2), Q), tf.expandDims(scale, 1));
  const skew = tf.abs(tf.sub(unit, tf.transpose(unit, [0, 2, 1])));
  const shifted = tf.add(unit, tf.mul(ROUNDING, eye));
  const definite = () => {
    try {
      // If the host cannot read, the factor of a matrix that is not definite is NaN.
      return allOf(tf.isFinite(cholesky(shifted)));
    } catch (error) {
      if (!(error instanceof SingularMatrixError) || !hostCanRead()) throw error;
      return tf.greater(tf.min(eigh(shifted).eigenvalues, 1, true), 0);
    }
  };
  return tf.logicalAnd(definite(), allOf(tf.lessEqual(skew, ROUNDING)));
}
