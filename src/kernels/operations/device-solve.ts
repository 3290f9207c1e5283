/** @file The kernel that solves the dense systems of a linear solver on a device and in programs. */
import * as tf from '@tensorflow/tfjs-core';
import {factorCholesky} from '../algorithms/linalg/factored.js';
import {factorLeastNorm} from '../algorithms/linalg/least-norm.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {hostCanRead} from '../backends/host-read.js';
import {registerDeviceKernel} from '../backends/node-device.js';
import {tensorflowTwin} from '../twins/tensorflow/index.js';
import {gpuLstsq, gpuSolve} from '../twins/webgpu/linalg.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';

const SOLVE = 'ImplicitDeviceSolve';
const LSTSQ = 'ImplicitDeviceLstsq';
/** Singular values below this, relative to the largest, count as zero. */
const SINGULAR = 1e-12;

registerGpuKernel(SOLVE, gpuSolve);
registerDeviceKernel(SOLVE, tensorflowTwin.denseSystems);

// On the host, only programs use this kernel, because linear solvers factor there themselves.
registerHostKernel<'a' | 'b'>(SOLVE, ({a, b}, {positiveDefinite, adjoint}, allocate) => {
  const [batch, n] = b.shape;
  const [x] = allocate(b.shape);
  const size = n * n;
  const solves = Array.from({length: a.shape[0]}, (_, i) => {
    const matrix = a.values.slice(i * size, (i + 1) * size);
    const solve = positiveDefinite ? factorCholesky(matrix, n) : factorLeastNorm(matrix, n);
    return typeof solve === 'number' ? null : solve;
  });
  for (let i = 0; i < batch; i++) {
    const solve = solves[solves.length === 1 ? 0 : i];
    const own = x.values.subarray(i * n, (i + 1) * n);
    if (solve) own.set(solve(b.values.slice(i * n, (i + 1) * n), adjoint as boolean));
    else own.fill(NaN);
  }
  return [x];
});
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
  if (positiveDefinite || hostCanRead()) return x;
  const singular = tf.isNaN(tf.sum(x, [1, 2], true));
  const only = tf.cast(tf.reshape(singular, [-1]), 'float32');
  const [closest] = run(LSTSQ, {a: matrices, b, only}, {rcond: SINGULAR, adjoint}) as tf.Tensor[];
  return tf.where(singular, closest, x);
}
