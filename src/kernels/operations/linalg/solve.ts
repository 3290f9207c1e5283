/** @file The kernel 'ImplicitSolve': linear systems by LU or Cholesky. Each matrix is factored once. */
import type * as tf from '@tensorflow/tfjs-core';
import {matrixKernels} from '../../twins/current-matrices.js';
import {registerHostKernel} from '../../backends/host-kernel.js';
import {scaledLU} from '../../contracts/matrices.js';
import {batchOf, checkFinite, forEachSystem, LOWER, ofSample} from './batch.js';
import {runKernel, type Call} from './call.js';
import {solveCholesky} from '../../algorithms/linalg/solve-cholesky.js';
import {SingularMatrixError} from './errors.js';
import {gpuSolve} from '../../twins/webgpu/linalg.js';
import {registerGpuKernel} from '../../twins/webgpu/register.js';
import {registerDeviceKernel} from '../../backends/node-device.js';
import {tensorflowTwin} from '../../twins/tensorflow/index.js';

const SOLVE = 'ImplicitSolve';

export type SolveAttributes = {positiveDefinite: boolean; adjoint: boolean};

/** x with A x = b, or Aᵀ x = b; a [..., n, n] (if it is positive definite, only the lower triangle is read), b [..., n, k]. */
export function runSolve(a: tf.Tensor, b: tf.Tensor, attributes: SolveAttributes, call: Call): tf.Tensor {
  return runKernel(SOLVE, {a, b}, {...attributes, ...call});
}

registerGpuKernel(SOLVE, gpuSolve);
registerDeviceKernel(SOLVE, tensorflowTwin.solve);

registerHostKernel<'a' | 'b'>(SOLVE, ({a, b}, attributes, allocate) => {
  const {caller, cotangent, positiveDefinite, adjoint} = attributes as SolveAttributes & Call;
  checkFinite(caller, 'a', a, positiveDefinite ? LOWER : undefined);
  if (!cotangent) checkFinite(caller, 'b', b);
  const [n, columns] = b.shape.slice(-2);
  const [output] = allocate([...batchOf(a, b), n, columns]);
  const singular = (index: number, what: string) =>
    new SingularMatrixError(`${caller}: the matrix${ofSample(a.shape, index)} is ${what}`);
  const kernels = matrixKernels();
  const write = (x: Float64Array, sample: number) => output.values.set(x, sample * x.length);
  if (positiveDefinite) {
    forEachSystem(
      a,
      b,
      (matrix, index) => {
        if (kernels.choleskyInPlace(matrix, n) < 0) return matrix;
        throw singular(index, "not positive definite; use assume: 'general'.");
      },
      (factor, x, sample) => {
        solveCholesky(factor, n, x, columns);
        write(x, sample);
      },
    );
  } else {
    kernels.scope(() => {
      const room = scaledLU(kernels, new Float64Array(), n);
      forEachSystem(
        a,
        b,
        (lu, index) => {
          const factors = {...room, lu};
          if (kernels.luInPlace(factors)) return factors;
          throw singular(index, 'singular; use linalg.lstsq for the solution of least norm.');
        },
        (factors, x, sample) => {
          kernels.solveLu(factors, x, columns, adjoint);
          write(x, sample);
        },
      );
    });
  }
  return [output];
});
