/** @file The kernels 'ImplicitCholesky' and 'ImplicitCholeskySolve': Cholesky factors, and linear systems with them. */
import type * as tf from '@tensorflow/tfjs-core';
import {solveCholesky} from '../../algorithms/linalg/solve-cholesky.js';
import type {MatrixKernels} from '../../contracts/matrices.js';
import type {Floats} from '../../contracts/vectors.js';
import {matrixKernels} from '../../twins/current-matrices.js';
import {registerHostKernel} from '../../backends/host-kernel.js';
import {batchOf, checkFinite, forEachSystem, LOWER, ofSample} from './batch.js';
import {runKernel, type Call} from './call.js';
import {SingularMatrixError} from './errors.js';
import {checkDiagonal} from './triangular-solve.js';
import {gpuCholesky, gpuCholeskySolve} from '../../twins/webgpu/linalg.js';
import {registerGpuKernel} from '../../twins/webgpu/register.js';
import {registerDeviceKernel} from '../../backends/node-device.js';
import {tensorflowTwin} from '../../twins/tensorflow/index.js';

const CHOLESKY = 'ImplicitCholesky';
const CHOLESKY_SOLVE = 'ImplicitCholeskySolve';

/** The lower triangular L with A = L Lᵀ, from the lower triangle of a [..., n, n]. */
export function runCholesky(a: tf.Tensor, call: Call): tf.Tensor {
  return runKernel(CHOLESKY, {a}, call);
}

/** x with L Lᵀ x = b, from the lower triangle of l [..., n, n]; b [..., n, k]. */
export function runCholeskySolve(l: tf.Tensor, b: tf.Tensor, call: Call): tf.Tensor {
  return runKernel(CHOLESKY_SOLVE, {l, b}, call);
}

registerGpuKernel(CHOLESKY, gpuCholesky);
registerDeviceKernel(CHOLESKY, tensorflowTwin.cholesky);

registerHostKernel<'a'>(CHOLESKY, ({a}, attributes, allocate) => {
  const {caller} = attributes as Call;
  const n = a.shape[a.shape.length - 1];
  const [output] = allocate(a.shape);
  const {single} = a;
  const size = n * n;
  const kernels = matrixKernels();
  kernels.scope(() => {
    const factorOf = single instanceof Float64Array ? inDouble(kernels, n) : inSingle(kernels, n);
    for (let at = 0; at < single.length; at += size) {
      const {factor, row} = factorOf(single.subarray(at, at + size));
      if (row >= 0) {
        checkFinite(caller, 'a', a, LOWER);
        throw new SingularMatrixError(
          `${caller}: the matrix${ofSample(a.shape, at / size)} is not positive definite (pivot ${row}); ` +
            'if it is semidefinite, add a small multiple of the identity.',
        );
      }
      output.values.set(factor, at);
    }
  });
  return [output];
});

/** The factor, and the row of the pivot that is not positive, or −1. */
type Factoring = (matrix: Floats) => {factor: Floats; row: number};

function inSingle(kernels: MatrixKernels, n: number): Factoring {
  const [own, factor] = [kernels.singles(n * n), kernels.singles(n * n)];
  return (matrix) => {
    own.set(matrix);
    return {row: kernels.choleskySingle(own, n, factor), factor};
  };
}

function inDouble(kernels: MatrixKernels, n: number): Factoring {
  const factor = kernels.vector(n * n);
  return (matrix) => {
    factor.set(matrix);
    const row = kernels.choleskyInPlace(factor, n);
    for (let i = 0; i < n; i++) factor.fill(0, i * n + i + 1, (i + 1) * n);
    return {row, factor};
  };
}

registerGpuKernel(CHOLESKY_SOLVE, gpuCholeskySolve);
registerDeviceKernel(CHOLESKY_SOLVE, tensorflowTwin.choleskySolve);

registerHostKernel<'l' | 'b'>(CHOLESKY_SOLVE, ({l, b}, attributes, allocate) => {
  const {caller, cotangent} = attributes as Call;
  checkFinite(caller, 'the factor', l, LOWER);
  if (!cotangent) checkFinite(caller, 'b', b);
  const [n, columns] = b.shape.slice(-2);
  const [output] = allocate([...batchOf(l, b), n, columns]);
  forEachSystem(
    l,
    b,
    (matrix, index) => {
      checkDiagonal(caller, matrix, n, l.shape, index);
      return matrix;
    },
    (matrix, x, sample) => {
      solveCholesky(matrix, n, x, columns);
      output.values.set(x, sample * x.length);
    },
  );
  return [output];
});
