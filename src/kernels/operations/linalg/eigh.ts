/** @file The kernel 'ImplicitEigh': eigen-decompositions of symmetric matrices. */
import type * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from '../../backends/host-kernel.js';
import {symmetricEigen} from '../../algorithms/linalg/eigh.js';
import {checkFinite, floatOutput, forEachMatrix, LOWER, ofSample} from './batch.js';
import {runKernel, type Call} from './call.js';
import {gpuEigh} from '../../twins/webgpu/linalg.js';
import {registerGpuKernel} from '../../twins/webgpu/register.js';
import {registerDeviceKernel} from '../../backends/node-device.js';
import {tensorflowTwin} from '../../twins/tensorflow/index.js';

const EIGH = 'ImplicitEigh';

/**
 * [eigenvalues [..., n], eigenvectors [..., n, n], reciprocal gaps [..., n, n]] of the symmetric matrices given by the lower triangle of a.
 * Entry (i, j) of the last is 1/(λⱼ − λᵢ), or 0 where the two count as equal: f32 data cannot distinguish them if they differ by less than
 * n·2⁻²³ of the largest.
 */
export function runEigh(a: tf.Tensor, call: Call): [tf.Tensor, tf.Tensor, tf.Tensor] {
  return runKernel(EIGH, {a}, call);
}

registerGpuKernel(EIGH, gpuEigh);
registerDeviceKernel(EIGH, tensorflowTwin.eigh);

registerHostKernel<'a'>(EIGH, ({a}, attributes) => {
  const {caller} = attributes as Call;
  checkFinite(caller, 'a', a, LOWER);
  const n = a.shape[a.shape.length - 1];
  const eigenvalues = floatOutput(a, ...a.shape.slice(0, -1));
  const [eigenvectors, reciprocalGaps] = [floatOutput(a, ...a.shape), floatOutput(a, ...a.shape)];
  forEachMatrix(a, (matrix, index) => {
    const {values, vectors, converged} = symmetricEigen(matrix, n);
    if (!converged)
      throw new Error(`${caller}: the iteration did not converge for the matrix${ofSample(a.shape, index)}.`);
    eigenvalues.values.set(values, index * n);
    const equal = n === 0 ? 0 : n * 2 ** -23 * Math.max(Math.abs(values[0]), Math.abs(values[n - 1]));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const at = index * n * n + i * n + j;
        const gap = values[j] - values[i];
        eigenvectors.values[at] = vectors[j * n + i];
        reciprocalGaps.values[at] = Math.abs(gap) > equal ? 1 / gap : 0;
      }
    }
  });
  return [eigenvalues, eigenvectors, reciprocalGaps];
});
