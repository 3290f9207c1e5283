/** @file Projection onto the solutions of linear equations. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap} from '../autodiff/index.js';
import {lstsq, ofFinite} from '../linalg/index.js';
import {checkRank} from './rows.js';

/** The equations Ay = b that define the set. */
export type AffineSetParams = {
  /** [k, n], or one per sample [..., k, n]. */
  A: tf.Tensor;
  /** [k], or one per sample [..., k]. */
  b: tf.Tensor;
};

const NAMES: Names<AffineSetParams> = {A: 1, b: 1};

/**
 * argmin ‖y − x‖² subject to Ay = b, along the last axis: x − A⁺(Ax − b).
 *
 * Rows of A may depend on each other. If no y satisfies Ay = b, the set consists of the y that violate it least, in the 2-norm.
 *
 * @param x [..., n]. Differentiable in x, A and b, assuming that the rank of A does not change; computed in f64. A row of x with
 *   an entry that is not finite becomes NaN.
 * @throws If shapes do not fit, or (if the host can read) an entry of A or b is not finite.
 * @see Golub & Pereyra 1973 for the derivative of the pseudo-inverse.
 */
export function affineSet(x: tf.Tensor, params: AffineSetParams): tf.Tensor {
  const {A, b} = checkOptions('projections.affineSet', params, NAMES, 'parameter');
  checkRank(x, 'affineSet', 1);
  const n = x.shape[x.rank - 1];
  const k = A.shape[A.rank - 2];
  if (A.rank < 2 || A.shape[A.rank - 1] !== n || b.shape[b.rank - 1] !== k) {
    throw new Error(
      `projections.affineSet: for x of shape [${x.shape}], A must have shape [..., k, ${n}] and b [..., k]; ` +
        `got [${A.shape}] and [${b.shape}].`,
    );
  }
  return floatMap('projections.affineSet', {x, A, b}, (floats) =>
    ofFinite(floats.x, 1, (points) => tf.sub(points, correction(points, floats.A, floats.b))),
  );
}

/** A⁺(Ax − b). */
function correction(x: tf.Tensor, A: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [k, n] = A.shape.slice(-2);
  if (A.rank > 2) {
    const residual = tf.sub(tf.sum(tf.mul(A, tf.expandDims(x, -2)), -1, true), tf.expandDims(b, -1));
    return tf.reshape(lstsq(A, residual), x.shape);
  }
  // One factorisation serves all rows, which are the columns of the right-hand side.
  const rows = tf.reshape(x, [-1, n]) as tf.Tensor2D;
  const image = tf.reshape(tf.matMul(rows, A as tf.Tensor2D, false, true), [...x.shape.slice(0, -1), k]);
  const residual = tf.reshape(tf.sub(image, b), [rows.shape[0], k]);
  return tf.reshape(tf.transpose(lstsq(A, tf.transpose(residual))), x.shape);
}
