/** @file Products of batches of sparse matrices with vectors, differentiable to any order, and what their derivatives consist of. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../autodiff/index.js';
import {runSparseOuters, runSparseProduct, type Entries} from '../kernels/index.js';

/** A pattern [rows, columns]. */
export interface SparsePattern {
  shape: [rows: number, columns: number];
  entries: Entries;
}

/** S x a sample, for the values of S, [B | 1, entries], and x [B, columns]; with `transpose`, Sᵀ x for x [B, rows]. */
export function sparseMatVec(
  pattern: SparsePattern,
  values: tf.Tensor,
  x: tf.Tensor,
  transpose = false,
): tf.Tensor {
  const {shape, entries} = pattern;
  const size = shape[transpose ? 1 : 0];
  if (size === 0 || x.shape[1] === 0) return tf.zeros([x.shape[0], size]);
  return recordOp({
    name: 'SparseMatVec',
    values: [offTape(() => runSparseProduct(entries, values, x, size, transpose))],
    inputs: [values, x],
    gradient: ([dy], _product, [S, v], needed) => [
      needed[0] ? sparseOuters(pattern, transpose ? v : dy, transpose ? dy : v, S.shape[0]) : null,
      needed[1] ? sparseMatVec(pattern, S, dy, !transpose) : null,
    ],
  })[0];
}

/** aᵢ bⱼ for each entry (i, j) of the pattern, a sample [B, entries], or [1, entries] summed over the batch if `count` is 1. */
export function sparseOuters(pattern: SparsePattern, a: tf.Tensor, b: tf.Tensor, count: number): tf.Tensor {
  const {entries} = pattern;
  if (entries.rows.length === 0) return tf.zeros([count, 0]);
  return recordOp({
    name: 'SparseOuters',
    values: [offTape(() => runSparseOuters(entries, a, b, count))],
    inputs: [a, b],
    gradient: ([dS], _outers, [u, v], needed) => [
      needed[0] ? sparseMatVec(pattern, dS, v) : null,
      needed[1] ? sparseMatVec(pattern, dS, u, true) : null,
    ],
  })[0];
}
