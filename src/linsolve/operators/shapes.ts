/** @file The shapes of the parts of operators: square matrices, their diagonals, and one batch axis for all. */
import * as tf from '@tensorflow/tfjs-core';

/** The n of a matrix of shape [n, n] or [B, n, n]. */
export function squareSize(A: tf.Tensor, name: string): number {
  const n = A.shape[A.rank - 1];
  if ((A.rank !== 2 && A.rank !== 3) || A.shape[A.rank - 2] !== n) {
    throw new Error(`${name} must have shape [n, n] or [B, n, n], got [${A.shape}].`);
  }
  return n;
}

/** The B of those tensors that have a batch axis in front of the axes of one system; `null` if none has. */
export function commonBatch(parts: [tensor: tf.Tensor, rank: number][], caller: string): number | null {
  const sizes = parts.filter(([tensor, rank]) => tensor.rank > rank).map(([{shape}]) => shape[0]);
  if (sizes.some((size) => size !== sizes[0])) {
    throw new Error(`${caller}: the batch axes must agree, got ${sizes.join(' and ')} samples.`);
  }
  return sizes[0] ?? null;
}

/** The matrices [B | 1, n, n] of one tensor [n, n] or [B, n, n]. */
export function asMatrices(A: tf.Tensor): tf.Tensor3D {
  return tf.reshape(A, [-1, ...A.shape.slice(-2)] as [number, number, number]);
}

/** The diagonals [B | 1, n] of a tensor [n, n] or [B, n, n]. */
export function mainDiagonal(A: tf.Tensor): tf.Tensor2D {
  return tf.sum(tf.mul(asMatrices(A), tf.eye(A.shape[A.rank - 1])), -1) as tf.Tensor2D;
}
