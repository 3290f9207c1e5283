/** @file Products of matrices of which one may be shared by a batch: tfjs computes them, but not their gradients. */
import * as tf from '@tensorflow/tfjs-core';

/** a b for a [B or 1, m, k] and b [B or 1, k, n]. */
export function batchedProduct(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [[batchA, m, k], [batchB, , n]] = [a.shape, b.shape] as [number[], number[]];
  if (batchA === batchB) return tf.matMul(a, b);
  if (batchB === 1) {
    const rows = tf.reshape(a, [batchA * m, k]) as tf.Tensor2D;
    return tf.reshape(tf.matMul(rows, tf.reshape(b, [k, n]) as tf.Tensor2D), [batchA, m, n]);
  }
  // (bᵀ aᵀ)ᵀ
  const columns = n === 1 ? b : tf.transpose(b, [0, 2, 1]);
  const product = tf.matMul(
    tf.reshape(columns, [batchB * n, k]) as tf.Tensor2D,
    tf.reshape(a, [m, k]) as tf.Tensor2D,
    false,
    true,
  );
  return n === 1
    ? tf.reshape(product, [batchB, m, 1])
    : tf.transpose(tf.reshape(product, [batchB, n, m]), [0, 2, 1]);
}
