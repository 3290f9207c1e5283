/** @file The order that sorts rows, and moving rows into an order and back. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../../autodiff/index.js';
import {hostCanRead, readF32} from '../backends/host-read.js';

/** A permutation of each row: entry i of the sorted row is entry `order[i]` of the row; `inverse` undoes it. [B, n], int32. */
export interface Order {
  order: tf.Tensor2D;
  inverse: tf.Tensor2D;
}

/** The order in which the entries of each row of x [B, n] descend; equal entries keep their order. O(n log n). */
export function descendingOrder(x: tf.Tensor2D): Order {
  return offTape(() => {
    if (hostCanRead()) return orderOnHost(x);
    // Where no host can read, sorting is tfjs's topk; sorting a permutation inverts it.
    const order = tf.topk(x, x.shape[1]).indices as tf.Tensor2D;
    const inverse = tf.topk(tf.neg(tf.cast(order, 'float32')), x.shape[1]).indices as tf.Tensor2D;
    return {order, inverse} as unknown as tf.TensorContainerObject;
  }) as unknown as Order;
}

/** Entry i of each row becomes its entry `order[i]`. Differentiable in x, to any order. */
export function permuteRows(x: tf.Tensor2D, {order, inverse}: Order): tf.Tensor2D {
  return recordOp({
    name: 'PermuteRows',
    values: [offTape(() => gatherRows(x, order))],
    inputs: [x, order, inverse],
    gradient: ([dy], _outputs, [, forth, back]) => [
      permuteRows(dy as tf.Tensor2D, {order: back as tf.Tensor2D, inverse: forth as tf.Tensor2D}),
    ],
  })[0] as tf.Tensor2D;
}

/** The other way round. */
export function inverted({order, inverse}: Order): Order {
  return {order: inverse, inverse: order};
}

function orderOnHost(x: tf.Tensor2D) {
  const [batch, n] = x.shape;
  const values = readF32(x);
  const order = new Int32Array(batch * n);
  const inverse = new Int32Array(batch * n);
  for (let start = 0; start < batch * n; start += n) {
    const row = values.subarray(start, start + n);
    const sorted = order.subarray(start, start + n);
    for (let i = 0; i < n; i++) sorted[i] = i;
    // A NaN is equal to nothing, so without the last term the order of the others would be undefined.
    sorted.sort(
      (i, j) => row[j] - row[i] || Number(Number.isNaN(row[i])) - Number(Number.isNaN(row[j])) || i - j,
    );
    for (let i = 0; i < n; i++) inverse[start + sorted[i]] = i;
  }
  return {order: tf.tensor2d(order, [batch, n], 'int32'), inverse: tf.tensor2d(inverse, [batch, n], 'int32')};
}

/** In one flat axis: tf.gather with batch axes is not right on wasm. */
function gatherRows(x: tf.Tensor2D, order: tf.Tensor2D): tf.Tensor {
  const [batch, n] = x.shape;
  const start = tf.mul(tf.reshape(tf.range(0, batch, 1, 'int32'), [batch, 1]), tf.scalar(n, 'int32'));
  return tf.gather(tf.reshape(x, [batch * n]), tf.add(start, order));
}
