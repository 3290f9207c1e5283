/** @file The kernel 'ImplicitLstsq': least-squares solutions of least norm. Each matrix is factored once. */
import type * as tf from '@tensorflow/tfjs-core';
import {matrixKernels} from '../../twins/current-matrices.js';
import {registerHostKernel} from '../../backends/host-kernel.js';
import {PseudoInverse} from '../../algorithms/linalg/pseudo-inverse.js';
import {batchOf, checkFinite, floatOutput, forEachSystem} from './batch.js';
import {runKernel, type Call} from './call.js';
import {gpuLstsq} from '../../twins/webgpu/linalg.js';
import {registerGpuKernel} from '../../twins/webgpu/register.js';
import {registerDeviceKernel} from '../../backends/node-device.js';
import {tensorflowTwin} from '../../twins/tensorflow/index.js';

const LSTSQ = 'ImplicitLstsq';

export type LstsqAttributes = {rcond: number; adjoint: boolean};

/** [x, b − M x] for x = M⁺ b, where M is a [..., m, n], or its transpose if `adjoint`; b has as many rows as M. */
export function runLstsq(
  a: tf.Tensor,
  b: tf.Tensor,
  attributes: LstsqAttributes,
  call: Call,
): [tf.Tensor, tf.Tensor] {
  return runKernel(LSTSQ, {a, b}, {...attributes, ...call});
}

registerGpuKernel(LSTSQ, gpuLstsq);
registerDeviceKernel(LSTSQ, tensorflowTwin.lstsq);

registerHostKernel<'a' | 'b'>(LSTSQ, ({a, b}, attributes) => {
  const {caller, cotangent, rcond, adjoint} = attributes as LstsqAttributes & Call;
  checkFinite(caller, 'a', a);
  if (!cotangent) checkFinite(caller, 'b', b);
  const [m, n] = a.shape.slice(-2);
  const [rows, columns] = b.shape.slice(-2);
  const batch = batchOf(a, b);
  const solution = floatOutput(a, ...batch, adjoint ? m : n, columns);
  const residual = floatOutput(a, ...batch, rows, columns);
  const kernels = matrixKernels();
  kernels.scope(() => {
    const inverse = new PseudoInverse(kernels, m, n);
    const [copy, x] = [kernels.vector(rows * columns), kernels.vector((adjoint ? m : n) * columns)];
    forEachSystem(
      a,
      b,
      (matrix) => {
        inverse.factor(matrix, rcond);
        return matrix;
      },
      (matrix, rightSide, sample) => {
        copy.set(rightSide);
        inverse.multiply(copy, columns, adjoint, x);
        subtractProduct(matrix, m, n, adjoint, x, columns, rightSide);
        solution.values.set(x, sample * x.length);
        residual.values.set(rightSide, sample * rightSide.length);
      },
    );
  });
  return [solution, residual];
});

/** out −= M X for M [m, n], or its transpose, and X with `columns` columns. */
function subtractProduct(
  M: Float64Array,
  m: number,
  n: number,
  transpose: boolean,
  X: Float64Array,
  columns: number,
  out: Float64Array,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const [row, at] = transpose ? [j, i] : [i, j];
      for (let c = 0; c < columns; c++) out[row * columns + c] -= M[i * n + j] * X[at * columns + c];
    }
  }
}
