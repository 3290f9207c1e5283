/** @file Finds the order that sorts rows, with the kernel 'ImplicitOrder', and moves rows into an order and back. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../../autodiff/index.js';
import {registerHostKernel} from '../backends/host-kernel.js';

const ORDER = 'ImplicitOrder';

/** A permutation of each row: entry i of the sorted row is entry `order[i]` of the row; `inverse` undoes it. [B, n], int32. */
export interface Order {
  order: tf.Tensor2D;
  inverse: tf.Tensor2D;
}

/** The order that sorts the entries of each row of x [B, n] from largest to smallest. Equal entries keep their order. O(n log n). */
export function descendingOrder(x: tf.Tensor2D): Order {
  return offTape(() => {
    if (tf.getKernel(ORDER, tf.getBackend())) {
      const found = tf
        .engine()
        .runKernel(ORDER, {x} as unknown as tf.NamedTensorMap) as unknown as tf.Tensor2D[];
      return {order: found[0], inverse: found[1]} as unknown as tf.TensorContainerObject;
    }
    // If the host cannot read the tensor, tfjs's topk sorts. Sorting a permutation inverts it.
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

/** The inverse order. */
export function inverted({order, inverse}: Order): Order {
  return {order: inverse, inverse: order};
}

// This is a kernel so that programs sort again at each run.
registerHostKernel<'x'>(ORDER, ({x}) => {
  const [batch, n] = x.shape;
  const values = x.single;
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
  return [order, inverse].map((values) => ({values, shape: [batch, n], dtype: 'int32'}));
});

/** Gathers along one flat axis, because tf.gather with batch axes gives wrong results on wasm. */
function gatherRows(x: tf.Tensor2D, order: tf.Tensor2D): tf.Tensor {
  const [batch, n] = x.shape;
  const start = tf.mul(tf.reshape(tf.range(0, batch, 1, 'int32'), [batch, 1]), tf.scalar(n, 'int32'));
  return tf.gather(tf.reshape(x, [batch * n]), tf.add(start, order));
}
