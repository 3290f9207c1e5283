/** @file Batched matrix–vector products whose gradients are also right for a shared matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {isTapeOn, offTape, recordOp} from '../autodiff/index.js';
import {runOuters} from '../kernels/index.js';
import {sumOf} from './sum-of.js';

/** M x a sample, for M of shape [B | 1, rows, n] and x of shape [B, n]. */
export function matVec(M: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return product(M, x, false);
}

/** Mᵀ y a sample. */
export function matVecTransposed(M: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return product(M, y, true);
}

function product(M: tf.Tensor, v: tf.Tensor, transpose: boolean): tf.Tensor {
  const [count, rows, columns] = M.shape as [number, number, number];
  const batch = v.shape[0];
  const size = transpose ? columns : rows;
  // Not every backend's matMul takes an empty operand.
  if (rows === 0 || columns === 0) return tf.zeros([batch, size]);
  if (count === 1 && batch !== 1) {
    // tfjs's matMul has no right gradient for a broadcast batch: one product for all samples instead.
    return tf.matMul(v as tf.Tensor2D, tf.reshape(M, [rows, columns]), false, !transpose);
  }
  return tf.reshape(tf.matMul(M, tf.expandDims(v, 2), transpose), [batch, size]);
}

/** Σ a bᵀ over the pairs (a, b) of [B, rows] and [B, columns], a sample; their sum over the batch if `count` is 1. */
export function sumOfOuters(pairs: [a: tf.Tensor, b: tf.Tensor][], count: number): tf.Tensor {
  const [batch, rows] = pairs[0][0].shape as [number, number];
  const columns = pairs[0][1].shape[1]!;
  if (rows === 0 || columns === 0) return tf.zeros([count, rows, columns]);
  const shared = count === 1 && batch !== 1;
  const {value: found} = offTape(() => {
    const sum = runOuters(pairs, shared);
    return (sum ? {value: sum} : {}) as {value?: tf.Tensor};
  });
  if (shared && !found) {
    const [a, b] = [0, 1].map((side) => tf.concat(pairs.map((pair) => pair[side] as tf.Tensor2D)));
    return tf.expandDims(tf.matMul(a, b, true, false), 0);
  }
  const value = found ?? offTape(() => composed(pairs));
  // A record would copy it.
  if (!isTapeOn()) return value;
  return recordOp({
    name: 'SumOfOuters',
    values: [value],
    inputs: pairs.flat(),
    gradient: ([dM], _sum, inputs) =>
      inputs.map((_, i) => (i % 2 === 0 ? matVec(dM, inputs[i + 1]) : matVecTransposed(dM, inputs[i - 1]))),
  })[0];
}

/** A matMul over so short an axis is far slower than a product with broadcasting. */
function composed(pairs: [a: tf.Tensor, b: tf.Tensor][]): tf.Tensor {
  return tf.tidy(() => sumOf(pairs.map(([a, b]) => tf.mul(tf.expandDims(a, 2), tf.expandDims(b, 1)))));
}
