/** @file The kernel 'ImplicitTriangularSolve': linear systems with triangular matrices. */
import type * as tf from '@tensorflow/tfjs-core';
import {matrixKernels} from '../../twins/current-matrices.js';
import {registerHostKernel} from '../../backends/host-kernel.js';
import type {Triangular} from '../../contracts/matrices.js';
import {batchOf, checkFinite, forEachSystem, ofSample} from './batch.js';
import {runKernel, type Call} from './call.js';
import {SingularMatrixError} from './errors.js';
import {gpuTriangularSolve} from '../../twins/webgpu/linalg.js';
import {registerGpuKernel} from '../../twins/webgpu/register.js';
import {registerDeviceKernel} from '../../backends/node-device.js';
import {tensorflowTwin} from '../../twins/tensorflow/index.js';

const TRIANGULAR_SOLVE = 'ImplicitTriangularSolve';

/** x with T x = b, or Tᵀ x = b, for a triangle T of t [..., n, n]; b [..., n, k]. */
export function runTriangularSolve(
  t: tf.Tensor,
  b: tf.Tensor,
  options: Required<Triangular>,
  call: Call,
): tf.Tensor {
  return runKernel(TRIANGULAR_SOLVE, {t, b}, {...options, ...call});
}

registerGpuKernel(TRIANGULAR_SOLVE, gpuTriangularSolve);
registerDeviceKernel(TRIANGULAR_SOLVE, tensorflowTwin.triangularSolve);

registerHostKernel<'t' | 'b'>(TRIANGULAR_SOLVE, ({t, b}, attributes, allocate) => {
  const options = attributes as Required<Triangular> & Call;
  const {caller, lower, unitDiagonal} = options;
  checkFinite(caller, 'the matrix', t, (row, column) =>
    row === column ? !unitDiagonal : lower === column < row,
  );
  if (!options.cotangent) checkFinite(caller, 'b', b);
  const [n, columns] = b.shape.slice(-2);
  const [output] = allocate([...batchOf(t, b), n, columns]);
  forEachSystem(
    t,
    b,
    (matrix, index) => {
      if (!unitDiagonal) checkDiagonal(caller, matrix, n, t.shape, index);
      return matrix;
    },
    (matrix, x, sample) => {
      matrixKernels().solveTriangular(matrix, n, x, columns, options);
      output.values.set(x, sample * x.length);
    },
  );
  return [output];
});

/** @throws SingularMatrixError if a triangular matrix has a zero on its diagonal. */
export function checkDiagonal(
  caller: string,
  matrix: Float64Array,
  n: number,
  shape: number[],
  index: number,
): void {
  for (let i = 0; i < n; i++) {
    if (matrix[i * n + i] !== 0) continue;
    throw new SingularMatrixError(
      `${caller}: the triangular matrix${ofSample(shape, index)} is singular: its diagonal entry ${i} is zero.`,
    );
  }
}
