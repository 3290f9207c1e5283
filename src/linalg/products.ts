/** @file Products and sums over a broadcast batch, used in gradients; each of them is differentiable. */
import * as tf from '@tensorflow/tfjs-core';

/** Swaps the last two axes. */
export function transpose(x: tf.Tensor): tf.Tensor {
  const order = [...Array(x.rank).keys()];
  return tf.transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/**
 * P Qᵀ for [..., n, k] and [..., m, k] of equal batch shapes, summed over the axes that broadcasting a batch of shape
 * `own` had expanded: [...own, n, m].
 */
export function outerSum(p: tf.Tensor, q: tf.Tensor, own: number[]): tf.Tensor {
  const [n, m] = [p.shape[p.rank - 2], q.shape[q.rank - 2]];
  const summed = expandedAxes(p.shape.slice(0, -2), own);
  if (summed.length === 0) return tf.reshape(tf.matMul(p, q, false, true), [...own, n, m]);
  // A sum over samples is a product with more columns.
  const kept = [...Array(p.rank - 2).keys()].filter((axis) => !summed.includes(axis));
  const fold = (x: tf.Tensor) => {
    const folded = tf.transpose(x, [...kept, x.rank - 2, ...summed, x.rank - 1]);
    return tf.reshape(folded, [...folded.shape.slice(0, kept.length + 1), -1]);
  };
  return tf.reshape(tf.matMul(fold(p), fold(q), false, true), [...own, n, m]);
}

/** The sum of x [..., n, k] over the axes that broadcasting a batch of shape `own` had expanded: [...own, n, k]. */
export function sumTo(x: tf.Tensor, own: number[]): tf.Tensor {
  const summed = expandedAxes(x.shape.slice(0, -2), own);
  return tf.reshape(summed.length > 0 ? tf.sum(x, summed) : x, [...own, ...x.shape.slice(-2)]);
}

/** ½ (X + Xᵀ). */
export function symmetric(x: tf.Tensor): tf.Tensor {
  return tf.mul(0.5, tf.add(x, transpose(x)));
}

/** A constant [n, n]: 1 in a triangle (with or without the diagonal), else 0. */
export function triangle(n: number, lower: boolean, withDiagonal: boolean): tf.Tensor {
  const values = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) values[i * n + j] = Number(i === j ? withDiagonal : lower === j < i);
  }
  return tf.tensor(values, [n, n]);
}

/** The axes of `batch` along which a tensor of batch shape `own` was repeated. */
function expandedAxes(batch: number[], own: number[]): number[] {
  const lead = batch.length - own.length;
  return [...batch.keys()].filter((axis) => batch[axis] !== 1 && (axis < lead || own[axis - lead] === 1));
}
