/** @file The values of an objective, one per sample. */
import * as tf from '@tensorflow/tfjs-core';

/** @returns [batch]. @throws If there are more or fewer. */
export function valuesOf(className: string, value: tf.Tensor, batch: number): tf.Tensor1D {
  if (value.size !== batch) {
    throw new Error(
      `${className}: the objective must return one value per sample, ${batch} in all, got shape [${value.shape}].`,
    );
  }
  return tf.reshape(value, [batch]);
}
