/** @file Vectors of any shape as the rows [B, n] that the solvers work on, and dot products a row. */
import * as tf from '@tensorflow/tfjs-core';
import type {Operator} from './types.js';

/** [B, n] for a batched operator, [1, n] otherwise. */
export function toRows(v: tf.Tensor, batched: boolean): tf.Tensor2D {
  const rows = batched ? v.shape[0] : 1;
  return tf.reshape(v, [rows, rows === 0 ? 0 : v.size / rows]) as tf.Tensor2D;
}

/** The operator on rows: what the iterative solvers see. */
export function onRows(operator: Operator, shape: number[], transpose: boolean): (v: tf.Tensor2D) => tf.Tensor2D {
  const apply = (v: tf.Tensor) => (transpose ? operator.applyTranspose(v) : operator.apply(v));
  return (v) => tf.tidy(() => toRows(apply(tf.reshape(v, shape)), operator.batched));
}

/** Row-wise dot products, [B, 1]. */
export function rowDot(a: tf.Tensor, b: tf.Tensor): tf.Tensor2D {
  return tf.sum(tf.mul(a, b), -1, true) as tf.Tensor2D;
}

/** Row-wise 2-norms, [B, 1]. */
export function rowNorm(a: tf.Tensor): tf.Tensor2D {
  return tf.sqrt(rowDot(a, a)) as tf.Tensor2D;
}

/** a / b where b is not zero, else 0. */
export function safeDivide(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const nonZero = tf.notEqual(b, 0);
  return tf.where(nonZero, tf.div(a, tf.where(nonZero, b, tf.onesLike(b))), tf.zerosLike(a));
}
