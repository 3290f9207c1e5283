/** @file Data of regression and classification: features, and targets for each sample of a batch. */
import * as tf from '@tensorflow/tfjs-core';

/** m points with n features, and their targets. */
export type RegressionData = {
  /** The features: [m, n], or [B, m, n] with those of each problem. */
  X: tf.Tensor;
  /** The targets of the points, [m] or [B, m]; with k outputs [m, k] or [B, m, k]. */
  y: tf.Tensor;
};

/** The number of points. */
export function pointsOf({X}: RegressionData): number {
  return X.shape[X.rank - 2];
}

/** Targets as float32 in the shape of the product. @throws If they do not fit. */
export function targetsLike(where: string, y: tf.Tensor, product: tf.Tensor): tf.Tensor {
  const own = product.shape.slice(product.rank - y.rank);
  const fits = y.rank <= product.rank && y.shape.every((size, i) => size === own[i] || size === 1);
  if (!fits) {
    throw new Error(
      `objectives.${where}: the targets y have shape [${y.shape}], the predictions [${product.shape}]; they must agree.`,
    );
  }
  return tf.broadcastTo(tf.cast(y, 'float32'), product.shape);
}

/** Class indices, int32 [m] or [B, m], as distributions in the shape of the product [B, m, k]; float32 distributions as they are. */
export function classesLike(where: string, y: tf.Tensor, product: tf.Tensor): tf.Tensor {
  if (y.dtype !== 'int32') return targetsLike(where, y, product);
  const classes = tf.range(0, product.shape[product.rank - 1], 1, 'int32');
  const chosen = tf.cast(tf.equal(tf.expandDims(y, -1), classes), 'float32');
  return targetsLike(where, chosen, product);
}
