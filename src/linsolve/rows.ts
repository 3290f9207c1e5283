/** @file Vectors of any shape as the rows [B, n] that the solvers work on, and dot products per row. */
import * as tf from '@tensorflow/tfjs-core';
import {carryDoubles, isTapeOn, offTape} from '../autodiff/index.js';
import {spacing} from '../programs/index.js';
import type {Operator} from './types.js';

/** A linear map of rows. */
export type LinearMap = (v: tf.Tensor2D) => tf.Tensor2D;

/** [B, n] for a batched operator, [1, n] otherwise. */
export function toRows(v: tf.Tensor, batched: boolean): tf.Tensor2D {
  const rows = batched ? v.shape[0] : 1;
  return reshaped(v, [rows, rows === 0 ? 0 : v.size / rows]) as tf.Tensor2D;
}

/** `tf.reshape` that keeps the digits beyond float32 that are known of v. */
export function reshaped(v: tf.Tensor, shape: number[]): tf.Tensor {
  return carryDoubles(tf.reshape(v, shape), v);
}

/** The operator on rows, in the form that the iterative solvers use. */
export function onRows(operator: Operator, shape: number[], transpose: boolean): LinearMap {
  const apply = (v: tf.Tensor) => (transpose ? operator.applyTranspose(v) : operator.apply(v));
  return (v) => tf.tidy(() => toRows(apply(tf.reshape(v, shape)), operator.batched));
}

/** Row-wise dot products, [B, 1]. */
export function rowDot(a: tf.Tensor, b: tf.Tensor): tf.Tensor2D {
  return tf.sum(tf.mul(a, b), -1, true) as tf.Tensor2D;
}

/** Row-wise 2-norms, [B, 1]. */
export function rowNorm(a: tf.Tensor): tf.Tensor2D {
  const square = rowDot(a, a);
  if (!isTapeOn()) return tf.sqrt(square);
  // The derivative of sqrt at zero is infinite: a zero row gets the derivative zero instead. NaN stays NaN.
  const zero = offTape(() => tf.lessEqual(square, 0));
  return tf.where(zero, tf.zerosLike(square), tf.sqrt(tf.where(zero, tf.onesLike(square), square)));
}

/** The largest magnitude of each row, [B, 1]; 1 for a zero row. */
export function rowMax(a: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => {
    const largest = tf.max(tf.abs(a), -1, true);
    return tf.where(tf.greater(largest, 0), largest, tf.onesLike(largest)) as tf.Tensor2D;
  });
}

/** Row-wise 2-norms for entries of any size: the squares of entries beyond 1e±19 would leave the range of f32. */
export function safeNorm(a: tf.Tensor): tf.Tensor2D {
  const scale = rowMax(a);
  return tf.mul(scale, rowNorm(tf.div(a, scale)));
}

/** a / b where b is not zero, otherwise 0. */
export function safeDivide(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const nonZero = offTape(() => tf.notEqual(b, 0));
  return tf.where(nonZero, tf.div(a, tf.where(nonZero, b, tf.onesLike(b))), tf.zerosLike(a));
}

/**
 * Makes an image orthonormal to the rows of `images` [B, k, n], and applies the same combination to its preimage. The minimal-residual
 * methods (GMRES, Anderson) are built on this. An image in the span of the others becomes zero, and so does its preimage.
 */
export function orthonormalize(
  image: tf.Tensor2D,
  preimage: tf.Tensor2D,
  images: tf.Tensor3D,
  preimages: tf.Tensor3D,
): {image: tf.Tensor2D; preimage: tf.Tensor2D} {
  const before = rowNorm(image);
  // Gram–Schmidt twice is enough to be orthogonal to working precision. In double precision, once leaves far less than what is dropped.
  const passes = spacing() < DEPENDENT ** 2 ? 1 : 2;
  for (let pass = 0; pass < passes && images.shape[1] > 0; pass++) {
    const overlap = tf.matMul(images, tf.expandDims(image, -1));
    const remove = (v: tf.Tensor2D, basis: tf.Tensor3D): tf.Tensor2D =>
      tf.sub(v, tf.squeeze(tf.matMul(overlap, basis, true), [1]));
    image = remove(image, images);
    preimage = remove(preimage, preimages);
  }
  const norm = rowNorm(image);
  const independent = offTape(() => tf.cast(tf.greater(norm, tf.mul(DEPENDENT, before)), 'float32'));
  const scale = tf.mul(independent, safeDivide(tf.onesLike(norm), norm));
  return {image: tf.mul(image, scale), preimage: tf.mul(preimage, scale)};
}

/** An image that keeps at most this fraction of its norm is noise in f32. */
const DEPENDENT = 1e-6;

/** v itself, as a tensor that can be disposed of like any other product. */
export const identity: LinearMap = (v) => tf.clone(v);
