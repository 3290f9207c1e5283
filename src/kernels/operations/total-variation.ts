/** @file The kernel 'ImplicitTotalVariation': denoising of rows. The kernel has no gradient of its own. */
import * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from '../backends/host-kernel.js';
import {totalVariationRows} from '../algorithms/rows/total-variation.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {gpuTotalVariation} from '../twins/webgpu/rows.js';

const TOTAL_VARIATION = 'ImplicitTotalVariation';

/** argmin_y ½‖y − x‖² + weight·Σ|yᵢ₊₁ − yᵢ| for each row of x [B, n], weight [B, 1]. Entries of a block are exactly equal. */
export function runTotalVariation(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  if (!tf.getKernel(TOTAL_VARIATION, tf.getBackend())) {
    throw new Error(`prox.totalVariation1d has no kernel for the backend '${tf.getBackend()}'.`);
  }
  return tf.engine().runKernel(TOTAL_VARIATION, {x, weight} as unknown as tf.NamedTensorMap);
}

registerGpuKernel(TOTAL_VARIATION, gpuTotalVariation);

registerHostKernel<'x' | 'weight'>(TOTAL_VARIATION, ({x, weight}, _attributes, allocate) => {
  const [batch, n] = x.shape;
  const [y] = allocate(x.shape);
  totalVariationRows(x.single, batch, n, weight.single, y.values);
  return [y];
});
