/** @file The data of min ½ xᵀQx + pᵀx, l ≤ Ax ≤ u in the form that the solvers of this family use, and small tensor operations on it. */
import * as tf from '@tensorflow/tfjs-core';

/** Axis 0 is the batch or 1 for Q and A, and the batch for the vectors; m ≥ 1. */
export type BoxedRows = {Q: tf.Tensor; p: tf.Tensor2D; A: tf.Tensor; l: tf.Tensor2D; u: tf.Tensor2D};
export type Pair = {x: tf.Tensor2D; y: tf.Tensor2D};
/** Bounds that hold with equality, [B, m], bool. */
export type Rows = {lower: tf.Tensor; upper: tf.Tensor};
/** `error` is [B, 1]. */
export type Candidate = Pair & Rows & {error: tf.Tensor2D};

export function clip(v: tf.Tensor, l: tf.Tensor, u: tf.Tensor): tf.Tensor2D {
  return tf.minimum(tf.maximum(v, l), u) as tf.Tensor2D;
}

/** The largest magnitude of each sample, [B, 1]. */
export function largest(v: tf.Tensor): tf.Tensor2D {
  return tf.max(tf.abs(v), 1, true) as tf.Tensor2D;
}

/** v where it is positive, 1 elsewhere: a safe divisor. */
export function positive(v: tf.Tensor): tf.Tensor {
  return tf.where(tf.greater(v, 0), v, tf.onesLike(v));
}

/** The entries that are finite; zero for the others. */
export function finite(v: tf.Tensor): tf.Tensor {
  return tf.where(tf.isFinite(v), v, tf.zerosLike(v));
}

/** 1 where true, otherwise 0. A cast would be enough, but on WebGPU it gives integers that are labelled as floats. */
export function asNumbers(flags: tf.Tensor): tf.Tensor {
  return tf.where(flags, tf.ones(flags.shape), tf.zeros(flags.shape));
}

/** Whether all flags of a sample are true: bool, [B, 1]. `tf.all` over several axes fails on WebGPU. */
export function allOf(flags: tf.Tensor): tf.Tensor {
  return tf.greater(tf.min(asNumbers(tf.reshape(flags, [flags.shape[0], -1])), 1, true), 0);
}

/** Flags that are all false. */
export function noneOf(shape: number[]): tf.Tensor {
  return tf.greater(tf.zeros(shape), 0);
}

/** v, repeated for each sample. */
export function ofBatch(v: tf.Tensor, batch: number): tf.Tensor {
  return v.shape[0] === batch ? v : tf.tile(v, [batch, 1, 1].slice(0, v.rank));
}
