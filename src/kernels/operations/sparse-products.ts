/** @file The kernels 'ImplicitSparseProduct' and 'ImplicitSparseOuters': products with sparse matrices, and their derivatives. */
import * as tf from '@tensorflow/tfjs-core';
import type {Entries} from '../algorithms/sparse/structure-of-problem.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {zerosLike} from '../contracts/vectors.js';

const [PRODUCT, OUTERS] = ['ImplicitSparseProduct', 'ImplicitSparseOuters'];

const asAttribute = (entries: Entries) => entries as unknown as tf.NamedAttrMap[string];

/** S x, or Sᵀ x, a sample [B, size], for the values of S, [B | 1, entries]. */
export function runSparseProduct(
  entries: Entries,
  values: tf.Tensor,
  x: tf.Tensor,
  size: number,
  transpose: boolean,
): tf.Tensor {
  const inputs = {values, x} as unknown as tf.NamedTensorMap;
  return tf.engine().runKernel(PRODUCT, inputs, {entries: asAttribute(entries), size, transpose});
}

registerHostKernel<'values' | 'x'>(PRODUCT, ({values, x}, attributes, allocate) => {
  const {rows, columns} = attributes.entries as Entries;
  const [batch, width] = x.shape;
  const size = attributes.size as number;
  const [from, to] = attributes.transpose ? [rows, columns] : [columns, rows];
  const [output] = allocate([batch, size]);
  const [entries, vector] = [values.single, x.single];
  const sums = new Float64Array(size);
  for (let sample = 0; sample < batch; sample++) {
    const at = values.shape[0] === 1 ? 0 : sample * rows.length;
    sums.fill(0);
    for (let e = 0; e < rows.length; e++) sums[to[e]] += entries[at + e] * vector[sample * width + from[e]];
    output.values.set(sums, sample * size);
  }
  return [output];
});

/** aᵢ bⱼ for each entry (i, j), a sample [B, entries], for a [B, rows] and b [B, columns]; summed over the batch if `count` is 1. */
export function runSparseOuters(entries: Entries, a: tf.Tensor, b: tf.Tensor, count: number): tf.Tensor {
  const inputs = {a, b} as unknown as tf.NamedTensorMap;
  return tf.engine().runKernel(OUTERS, inputs, {entries: asAttribute(entries), count});
}

registerHostKernel<'a' | 'b'>(OUTERS, ({a, b}, attributes, allocate) => {
  const {rows, columns} = attributes.entries as Entries;
  const [batch, height] = a.shape;
  const width = b.shape[1];
  const isSummed = attributes.count === 1;
  const [output] = allocate([isSummed ? 1 : batch, rows.length]);
  const [left, right] = [a.single, b.single];
  const sums = isSummed ? new Float64Array(rows.length) : zerosLike(output.values, batch * rows.length);
  for (let sample = 0; sample < batch; sample++) {
    const at = isSummed ? 0 : sample * rows.length;
    for (let e = 0; e < rows.length; e++) {
      sums[at + e] += left[sample * height + rows[e]] * right[sample * width + columns[e]];
    }
  }
  output.values.set(sums);
  return [output];
});
