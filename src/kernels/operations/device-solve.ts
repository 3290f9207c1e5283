/** @file Dense systems of a linear solver on a device: kernels that only WebGPU has, because the host factors such systems itself. */
import * as tf from '@tensorflow/tfjs-core';
import {gpuLstsq, gpuSolve} from '../twins/webgpu/linalg.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';

const SOLVE = 'ImplicitDeviceSolve';
const LSTSQ = 'ImplicitDeviceLstsq';
/** Singular values below this, relative to the largest, count as zero. */
const SINGULAR = 1e-12;

registerGpuKernel(SOLVE, gpuSolve);
registerGpuKernel(LSTSQ, gpuLstsq);

/**
 * x with M x = b, or Mᵀ x = b, for matrices [B | 1, n, n] and b [B, n, 1]: by Cholesky (NaN for a matrix that is not positive
 * definite), or by LU (the least-squares solution of least norm for a singular matrix).
 */
export function solveOnDevice(
  matrices: tf.Tensor,
  b: tf.Tensor,
  {positiveDefinite, adjoint}: {positiveDefinite: boolean; adjoint: boolean},
): tf.Tensor {
  const run = (
    name: string,
    inputs: Record<string, tf.Tensor>,
    attributes: Record<string, number | boolean>,
  ) => tf.engine().runKernel(name, inputs as unknown as tf.NamedTensorMap, attributes) as unknown;
  const x = run(SOLVE, {a: matrices, b}, {positiveDefinite, adjoint}) as tf.Tensor;
  if (positiveDefinite) return x;
  const singular = tf.isNaN(tf.sum(x, [1, 2], true));
  const only = tf.cast(tf.reshape(singular, [-1]), 'float32');
  const [closest] = run(LSTSQ, {a: matrices, b, only}, {rcond: SINGULAR, adjoint}) as tf.Tensor[];
  return tf.where(singular, closest, x);
}
