/** @file The rays that prove that min ½ xᵀQx + pᵀx, l ≤ Ax ≤ u has no solution. */
import * as tf from '@tensorflow/tfjs-core';
import {lstsq, matVec, matVecTransposed} from '../../../linalg/index.js';
import {asNumbers, largest, ofBatch, positive, type BoxedRows} from './rows.js';

/** Entries of a ray below this fraction of its largest entry count as zero. */
const NOISE = 1e-3;
/** The largest relative error of a valid ray: a few roundings of f32. */
const EXACT = 1e-5;
/** A ray proves something if the terms of its value do not cancel beyond this. */
const CLEAR = 3e-5;

/** The direction of y as a proof that no x satisfies the bounds: y with Aᵀy = 0 and uᵀy₊ + lᵀy₋ = −1. */
export function farkasRay({A, l, u}: BoxedRows, direction: tf.Tensor2D): {ray: tf.Tensor; proven: tf.Tensor} {
  // An infinite bound has no multiplier.
  const allowed = (v: tf.Tensor) => {
    const [above, below] = [tf.isFinite(u), tf.isFinite(l)];
    return tf.add(tf.mul(asNumbers(above), tf.relu(v)), tf.mul(asNumbers(below), tf.minimum(v, 0)));
  };
  const unit = normalized(allowed(direction));
  const support = asNumbers(tf.greater(tf.abs(unit), NOISE));
  const rows = tf.mul(tf.expandDims(support, 2), A);
  const y = allowed(tf.mul(support, withoutImage(rows, tf.mul(support, unit))));
  const bounds = tf.where(tf.greater(y, 0), u, tf.where(tf.less(y, 0), l, tf.zerosLike(l)));
  const sizes = tf.max(tf.abs(A), 2);
  const off = tf.div(largest(matVecTransposed(A, y)), positive(largest(tf.mul(sizes, y))));
  // A row of zeros always combines to zero.
  return asRay(y, tf.mul(bounds, y), [off]);
}

/** The direction of x as a proof that the objective decreases without limit: Qx = 0, pᵀx = −1, and the bounds are satisfied. */
export function unboundedRay(
  {Q, p, A, l, u}: BoxedRows,
  direction: tf.Tensor2D,
): {ray: tf.Tensor; proven: tf.Tensor} {
  const unit = normalized(direction);
  const image = matVec(A, unit);
  const sizes = positive(tf.max(tf.abs(A), 2));
  const still = tf.lessEqual(tf.abs(image), tf.mul(NOISE, sizes));
  const blocked = tf.logicalOr(
    tf.logicalAnd(tf.isFinite(u), tf.greater(image, 0)),
    tf.logicalAnd(tf.isFinite(l), tf.less(image, 0)),
  );
  const bounded = tf.logicalOr(tf.isFinite(u), tf.isFinite(l));
  const held = asNumbers(tf.logicalAnd(bounded, tf.logicalOr(still, blocked)));
  const heldRows = tf.mul(tf.expandDims(held, 2), A);
  const curvature = ofBatch(Q, p.shape[0]);
  const rows = tf.transpose(tf.concat([curvature, heldRows], 1), [0, 2, 1]);
  const x = withoutImage(rows, unit);
  const moved = tf.div(matVec(A, x), sizes);
  const beyond = tf.maximum(
    tf.where(tf.isFinite(u), tf.relu(moved), tf.zerosLike(moved)),
    tf.where(tf.isFinite(l), tf.relu(tf.neg(moved)), tf.zerosLike(moved)),
  );
  const size = positive(largest(x));
  const curved = tf.div(largest(matVec(Q, x)), positive(largest(tf.max(tf.abs(Q), 2))));
  return asRay(x, tf.mul(p, x), [tf.div(curved, size), tf.div(largest(beyond), size)]);
}

/** v without its projection on the columns of M [B, rows, columns]: Mᵀ of the result is zero. */
function withoutImage(M: tf.Tensor, v: tf.Tensor): tf.Tensor {
  return tf.sub(v, matVec(M, tf.squeeze(lstsq(M, tf.expandDims(v, 2)), [2])));
}

/** The ray with the value −1, and the samples for which its errors and its value make it a proof. */
function asRay(v: tf.Tensor, terms: tf.Tensor, errors: tf.Tensor[]): {ray: tf.Tensor; proven: tf.Tensor} {
  const value = tf.sum(terms, 1, true);
  const clear = tf.less(value, tf.mul(-CLEAR, tf.sum(tf.abs(terms), 1, true)));
  const proven = errors.reduce((all, error) => tf.logicalAnd(all, tf.less(error, EXACT)), clear);
  const scale = tf.where(proven, tf.div(-1, value), tf.zerosLike(value));
  return {ray: tf.mul(scale, v), proven};
}

/** Scales each row to the largest magnitude one; zero if it is zero or not finite. */
function normalized(v: tf.Tensor): tf.Tensor {
  const size = largest(v);
  const fine = tf.logicalAnd(tf.isFinite(size), tf.greater(size, 0));
  const safe = tf.where(tf.broadcastTo(fine, v.shape), v, tf.zerosLike(v));
  return tf.div(safe, tf.where(fine, size, tf.onesLike(size)));
}
