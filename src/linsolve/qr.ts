/** @file QR with column pivoting, in f64 on the host, in doubles of two f32 on WebGPU. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {runLstsq} from '../kernels/index.js';
import {differenceOf, directReport} from './direct.js';
import {reporting} from './reporting.js';
import {registerLinearSolver} from './registry.js';
import {rowMax, rowNorm, safeDivide, safeNorm, toRows} from './rows.js';
import type {LinearSolver, Operator} from './types.js';

/** The options of `linsolve.qr`. */
export interface QrOptions {
  /**
   * Decides the rank: a column whose remainder is no longer than this times the longest column counts as dependent. Default
   * n·2⁻²³, the rounding of f32 data.
   */
  rcond?: number | undefined;
}

/** ‖Aᵀr‖ ≤ this·‖A‖‖r‖ means that the residual r is as small as possible. */
const LEAST_SQUARES = 1e-3;

const NAMES: Names<QrOptions> = {rcond: 0};

/**
 * The least-squares solution of minimum norm, for any A, also singular: a complete orthogonal decomposition in f64 between f32
 * tensors, computed again for each right-hand side.
 *
 * `info.residual` is the residual of the system. `info.converged` is 1 if it is small, as for other direct solvers, or, for a system
 * without a solution, if the residual of the normal equations is small: ‖Aᵀ(b − A x)‖ ≤ 1e-3·‖A‖‖b − A x‖, the second rule of
 * LSQR (Paige & Saunders 1982).
 *
 * @throws If `rcond` is not in [0, 1), or an entry of A is not finite.
 * @see Golub & Van Loan, Matrix Computations, section 5.5.
 */
export function qr(options: QrOptions = {}): LinearSolver {
  const {rcond} = checkOptions('linsolve.qr', options, NAMES);
  if (rcond !== undefined && !(rcond >= 0 && rcond < 1)) {
    throw new Error(`qr: rcond must lie in [0, 1), got ${rcond}.`);
  }
  return {
    className: 'qr',
    getConfig: () => (rcond === undefined ? {} : {rcond}),
    factor(operator) {
      let matrices: tf.Tensor3D | null = null;
      return reporting(
        (b, transpose) => {
          matrices ??= tf.keep(offTape(() => operator.materialize(b.shape)));
          const rows = toRows(b, operator.batched);
          const options = {rcond: rcond ?? rows.shape[1] * 2 ** -23, adjoint: transpose};
          const call = {caller: 'linsolve.qr', cotangent: true};
          const [columns] = runLstsq(matrices, tf.expandDims(rows, 2), options, call);
          const x = tf.squeeze(columns, [2]) as tf.Tensor2D;
          const r = differenceOf(operator, b, x, transpose);
          const residual = tf.reshape(safeDivide(safeNorm(r), safeNorm(rows)), [-1]) as tf.Tensor1D;
          const info = directReport(residual);
          const norm = safeNorm(tf.reshape(matrices, [matrices.shape[0], rows.shape[1] ** 2]));
          const closest = isClosest(operator, tf.reshape(r, b.shape), norm, transpose);
          return {x: tf.reshape(x, b.shape), info: {...info, converged: tf.maximum(info.converged, closest)}};
        },
        () => matrices?.dispose(),
      );
    },
  };
}

/** 1 where the residuals r cannot be smaller, because they are orthogonal to the range of A, whose norms are [B | 1, 1]. */
function isClosest(operator: Operator, r: tf.Tensor, norm: tf.Tensor, transpose: boolean): tf.Tensor1D {
  const rows = toRows(r, operator.batched);
  // Scaled, because the product of two norms may leave the range of f32.
  const unit = tf.div(rows, rowMax(rows));
  const vector = tf.reshape(unit, r.shape);
  const normal = transpose ? operator.apply(vector) : operator.applyTranspose(vector);
  const bound = tf.mul(tf.mul(LEAST_SQUARES, norm), rowNorm(unit));
  const closest = tf.lessEqual(safeNorm(toRows(normal, operator.batched)), bound);
  return tf.reshape(tf.cast(closest, 'float32'), [-1]) as tf.Tensor1D;
}

registerLinearSolver('qr', qr);
