/** @file One pass over the rows of X that keeps a product A X up to date: operation by operation, or as one line of a program. */
import * as tf from '@tensorflow/tfjs-core';
import {isTapeOn, observed, unobserved} from '../autodiff/index.js';
import {SWEEP} from './run-sweep.js';

export interface RowSweep {
  /** X: [B, n, k]. */
  rows: tf.Tensor3D;
  /** The columns of A as rows: [B | 1, n, r]. */
  columns: tf.Tensor3D;
  /** A X: [B, r, k]. */
  product: tf.Tensor3D;
  /** Further values of each row: [B | 1, n, ·]. */
  beside: readonly tf.Tensor3D[];
  /** G = ∇g at the product, [B, r, k]. */
  gradient: (product: tf.Tensor3D) => tf.Tensor3D;
  /** The next row [B, k], from the row, its slope Gᵀa_j and its further values [B | 1, ·]. */
  move: (row: tf.Tensor2D, slope: tf.Tensor2D, beside: tf.Tensor2D[]) => tf.Tensor;
}

/**
 * Replaces one row of X after the other, each with the product of the rows before it. The functions may use only their arguments and
 * tensors from outside.
 *
 * @returns The new X.
 */
export function sweepRows(sweep: RowSweep): tf.Tensor3D {
  // A gradient goes through each row by itself.
  return observed() && !isTapeOn() ? observedSweep(sweep) : stepByStep(sweep);
}

function stepByStep({rows, columns, product, beside, gradient, move}: RowSweep): tf.Tensor3D {
  const [batch, n, k] = rows.shape;
  const [count, , r] = columns.shape;
  const rowOf = (tensor: tf.Tensor3D, j: number) => {
    const [samples, , width] = tensor.shape;
    return tf.reshape(tf.slice(tensor, [0, j, 0], [samples, 1, width]), [samples, width]);
  };
  const moved: tf.Tensor[] = [];
  let current = product;
  for (let j = 0; j < n; j++) {
    const next = tf.tidy(() => {
      const column = tf.reshape(rowOf(columns, j), [count, r, 1]);
      const slope = tf.sum(tf.mul(column, gradient(current)), 1) as tf.Tensor2D;
      const row = rowOf(rows, j) as tf.Tensor2D;
      const further = beside.map((tensor) => rowOf(tensor, j) as tf.Tensor2D);
      const to = move(row, slope, further);
      const change = tf.reshape(tf.sub(to, row), [batch, 1, k]);
      return {row: to, product: tf.add(current, tf.mul(column, change))};
    });
    moved.push(next.row);
    current = next.product as tf.Tensor3D;
  }
  return tf.stack(moved, 1) as tf.Tensor3D;
}

/** Records one row as the body of the sweep. */
function observedSweep({rows, columns, product, beside, gradient, move}: RowSweep): tf.Tensor3D {
  const {calls, loops} = observed()!;
  const [batch, n, k] = rows.shape;
  const [own, row, slope, ...further] = unobserved(() => [
    tf.reshape(product, product.shape),
    ...[tf.zeros([batch, k]), tf.zeros([batch, k])],
    ...beside.map(({shape: [count, , width]}) => tf.zeros([count, width])),
  ]);
  const from = calls.length;
  const ends = [
    gradient(own as tf.Tensor3D),
    move(row as tf.Tensor2D, slope as tf.Tensor2D, further as tf.Tensor2D[]),
  ];
  const to = calls.length;
  const result: tf.Tensor3D = unobserved(() => tf.reshape(rows, rows.shape));
  loops.push({
    ...{kernel: SWEEP, from, to, before: [rows, columns, product, ...beside]},
    ...{begins: [own, row, slope, ...further], ends, results: [result], open: null, limit: n},
  });
  return result;
}
