/** @file Adds ½ l2‖x‖² to the structure of an objective of data. */
import type * as tf from '@tensorflow/tfjs-core';
import type {ProductForm} from '../conditions/index.js';

/** The parameters are (l2, data). */
export function withRidge<D extends Record<string, tf.Tensor>>(
  form: ProductForm<[data: D]>,
): ProductForm<[l2: number | tf.Tensor, data: D]> {
  return {
    matrix: (_l2, data) => form.matrix(data),
    value: (product, _l2, data) => form.value(product, data),
    gradient: (product, _l2, data) => form.gradient!(product, data),
    smoothness: (_l2, data) => form.smoothness(data),
    ridge: (l2) => l2,
    blocks: form.blocks,
  };
}
