/**
 * @file Finds the blocks of rows that are constant on blocks, and has the kernel 'ImplicitBlockMeans', which computes the means over them.
 */
import type {IsotonicRows} from '../contracts/rows.js';
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {createIsotonicRows} from '../twins/host/isotonic-rows.js';
import {referenceIsotonicRows} from '../twins/reference/isotonic.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {gpuBlockMeans} from '../twins/webgpu/rows.js';

const BLOCK_MEANS = 'ImplicitBlockMeans';

let rows: IsotonicRows | null = null;

/**
 * The host's routines for isotonic rows. Rows in double precision use the ones in plain TypeScript, because the others have float32 memory.
 */
export const isotonicRows = (like: ArrayLike<number>) =>
  like instanceof Float64Array
    ? referenceIsotonicRows
    : (rows ??= createIsotonicRows() ?? referenceIsotonicRows);

/** For each entry of y [B, n], the number of its block: a block is a run of equal entries. [B, n], float32. */
export function blocksOf(y: tf.Tensor2D): tf.Tensor2D {
  return offTape(() => {
    const n = y.shape[1];
    const changes = tf.notEqual(tf.slice(y, [0, 1], [-1, n - 1]), tf.slice(y, [0, 0], [-1, n - 1]));
    const starts = tf.pad(tf.cast(changes, 'float32'), [
      [0, 0],
      [1, 0],
    ]);
    return tf.cumsum(starts, 1) as tf.Tensor2D;
  });
}

/** Each entry of v [B, n] becomes the mean over its block. Differentiable in v: the map is a symmetric projection. */
export function blockMeans(v: tf.Tensor2D, block: tf.Tensor2D): tf.Tensor2D {
  if (tf.getKernel(BLOCK_MEANS, tf.getBackend())) {
    return tf.engine().runKernel(BLOCK_MEANS, {dy: v, block} as unknown as tf.NamedTensorMap);
  }
  // For a backend without the kernel, in O(n²) memory.
  const share = offTape(() => {
    const same = tf.cast(tf.equal(tf.expandDims(block, 1), tf.expandDims(block, 2)), 'float32');
    return tf.div(same, tf.sum(same, 2, true));
  });
  return tf.reshape(tf.matMul(share, tf.expandDims(v, 2)), v.shape);
}

registerGpuKernel(BLOCK_MEANS, gpuBlockMeans);

registerHostKernel<'dy' | 'block'>(BLOCK_MEANS, ({dy, block}, _attributes, allocate) => {
  const [batch, n] = dy.shape;
  const [dx] = allocate(dy.shape);
  isotonicRows(dy.single).gradient(dy.single, block.single, batch, n, dx.values);
  return [dx];
});

tf.registerGradient({
  kernelName: BLOCK_MEANS,
  inputsToSave: ['block'],
  gradFunc: (ddx, saved) => {
    const [block] = saved as tf.Tensor2D[];
    return {dy: () => blockMeans(ddx as tf.Tensor2D, block), block: () => tf.zerosLike(block)};
  },
});
