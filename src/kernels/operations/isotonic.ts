/** @file The kernel 'ImplicitIsotonic': isotonic regression of rows. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {blockMeans, blocksOf, isotonicRows} from './blocks.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {gpuIsotonic} from '../twins/webgpu/rows.js';
import {fill} from '../backends/fill.js';

const ISOTONIC = 'ImplicitIsotonic';

/**
 * argmin_y ‖y − x‖² for each row of x [B, n], subject to y₁ ≥ … ≥ yₙ, or to y₁ ≤ … ≤ yₙ where `increasing`.
 *
 * y is the mean of x over each block of a partition of the row. The Jacobian is this averaging: it is symmetric, and constant except where
 * the partition changes.
 */
export function runIsotonic(x: tf.Tensor2D, increasing: boolean): tf.Tensor2D {
  if (!tf.getKernel(ISOTONIC, tf.getBackend())) return composed(x, increasing);
  const outputs = tf.engine().runKernel(ISOTONIC, {x} as unknown as tf.NamedTensorMap, {increasing});
  return (outputs as unknown as tf.Tensor2D[])[0];
}

registerGpuKernel(ISOTONIC, gpuIsotonic);

// The blocks are float32, so that the gradient can read them without a copy.
registerHostKernel<'x'>(ISOTONIC, ({x}, {increasing}, allocate) => {
  const [batch, n] = x.shape;
  const [y, block] = allocate(x.shape, x.shape);
  isotonicRows(x.single).project(x.single, batch, n, increasing as boolean, y.values, block.values);
  return [y, block];
});

tf.registerGradient({
  kernelName: ISOTONIC,
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => {
    const [block] = saved as tf.Tensor[];
    return {x: () => blockMeans((dys as tf.Tensor2D[])[0], block as tf.Tensor2D)};
  },
});

/**
 * The same with tensor operations in O(n²) memory, for a backend without the kernel. First come the blocks, by the min–max formula yᵢ =
 * min_{a ≤ i} max_{b ≥ i} mean(x_a … x_b), and then the means over them, which are linear in x.
 *
 * @see Robertson, Wright & Dykstra 1988, Order Restricted Statistical Inference, theorem 1.4.4.
 */
export function composed(x: tf.Tensor2D, increasing: boolean): tf.Tensor2D {
  return tf.tidy(() => {
    // Entries of one block get their value from the same mean, so they are equal to the last bit.
    const block = offTape(() => blocksOf(minMax(increasing ? tf.neg(x) : x) as tf.Tensor2D));
    return blockMeans(x, block);
  });
}

function minMax(x: tf.Tensor2D): tf.Tensor {
  const n = x.shape[1];
  // Sums of deviations from the mean cancel less.
  const deviation = tf.sub(x, tf.mean(x, 1, true));
  const before = tf.cumsum(deviation, 1, true);
  const [first, last] = [tf.expandDims(tf.range(0, n), 1), tf.expandDims(tf.range(0, n), 0)];
  const length = tf.add(tf.sub(last, first), 1);
  const sum = tf.sub(tf.expandDims(tf.add(before, deviation), 1), tf.expandDims(before, 2));
  const ordered = tf.greater(length, 0);
  // means[a, b], then most[a, i] = max over b ≥ i.
  const means = tf.div(sum, tf.maximum(length, 1));
  // These are tensors, because tfjs refuses to convert an infinite number in debug mode.
  let most = tf.where(ordered, means, fill(means.shape, -Infinity));
  for (let shift = 1; shift < n; shift *= 2) {
    const shifted = tf.slice(most, [0, 0, shift], [-1, n, n - shift]);
    most = tf.maximum(
      most,
      tf.pad(
        shifted,
        [
          [0, 0],
          [0, 0],
          [0, shift],
        ],
        -Infinity,
      ),
    );
  }
  return tf.min(tf.where(ordered, most, fill(most.shape, Infinity)), 1);
}
