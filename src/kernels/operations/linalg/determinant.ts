/** @file The kernels 'ImplicitDeterminant' and 'ImplicitCofactors'. */
import type * as tf from '@tensorflow/tfjs-core';
import {matrixKernels} from '../../twins/current-matrices.js';
import {registerHostKernel} from '../../backends/host-kernel.js';
import {scaledLU} from '../../contracts/matrices.js';
import {cofactorDerivative, cofactors, lduInPlace} from '../../algorithms/linalg/ldu.js';
import {scaleInPlace, scaleRows, timesPowerOfTwo, type Scaling} from '../../twins/reference/scaling.js';
import {checkFinite, floatOutput, forEachMatrix} from './batch.js';
import {runKernel, type Call} from './call.js';
import {gpuDeterminant, gpuCofactors} from '../../twins/webgpu/linalg.js';
import {registerGpuKernel} from '../../twins/webgpu/register.js';
import {registerDeviceKernel} from '../../backends/node-device.js';
import {tensorflowTwin} from '../../twins/tensorflow/index.js';

const DETERMINANT = 'ImplicitDeterminant';
const COFACTORS = 'ImplicitCofactors';

/** [det A, its sign, log |det A|], each of a's batch shape. For a singular matrix: 0, 0, −∞. */
export function runDeterminant(a: tf.Tensor, call: Call): [tf.Tensor, tf.Tensor, tf.Tensor] {
  return runKernel(DETERMINANT, {a}, call);
}

/**
 * The gradient of det at A. With a direction C of A's shape, the second derivative instead: the gradient of A ↦ ⟨∇det(A), C⟩. Correct for
 * matrices of any rank.
 */
export function runCofactors(a: tf.Tensor, direction: tf.Tensor | null, call: Call): tf.Tensor {
  return runKernel(COFACTORS, direction ? {a, direction} : {a}, call);
}

registerGpuKernel(DETERMINANT, gpuDeterminant);
registerDeviceKernel(DETERMINANT, tensorflowTwin.determinant);

registerHostKernel<'a'>(DETERMINANT, ({a}, attributes) => {
  checkFinite((attributes as Call).caller, 'a', a);
  const n = a.shape[a.shape.length - 1];
  const batch = a.shape.slice(0, -2);
  const [det, sign, logabs] = [floatOutput(a, ...batch), floatOutput(a, ...batch), floatOutput(a, ...batch)];
  const kernels = matrixKernels();
  kernels.scope(() => {
    const room = scaledLU(kernels, new Float64Array(), n);
    forEachMatrix(a, (lu, index) => {
      const regular = kernels.luInPlace({...room, lu});
      let [mantissa, exponent] = [regular ? parity(room.pivots) : 0, totalExponent(room)];
      for (let i = 0; i < n && mantissa !== 0; i++) {
        mantissa *= lu[i * n + i];
        // The mantissa is kept near 1, because the product of many pivots may leave the range of double precision.
        const shift = Math.floor(Math.log2(Math.abs(mantissa)));
        mantissa = timesPowerOfTwo(mantissa, -shift);
        exponent += shift;
      }
      det.values[index] = timesPowerOfTwo(mantissa, exponent);
      sign.values[index] = Math.sign(mantissa);
      logabs.values[index] = Math.log(Math.abs(mantissa)) + exponent * Math.LN2;
    });
  });
  return [det, sign, logabs];
});

registerGpuKernel(COFACTORS, gpuCofactors);
registerDeviceKernel(COFACTORS, tensorflowTwin.cofactors);

registerHostKernel<'a' | 'direction'>(COFACTORS, ({a, direction}, attributes) => {
  checkFinite((attributes as Call).caller, 'a', a);
  const n = a.shape[a.shape.length - 1];
  const output = floatOutput(a, ...a.shape);
  const scaling = {rows: new Int32Array(n), columns: new Int32Array(n)};
  forEachMatrix(a, (matrix, index) => {
    const at = index * n * n;
    scaleInPlace(matrix, n, scaling);
    const ldu = lduInPlace(matrix, n);
    const scale = totalExponent(scaling);
    let result: Float64Array;
    if (direction) {
      const C = new Float64Array(direction.single.subarray(at, at + n * n));
      unscale(C, n, scaling);
      result = cofactorDerivative(ldu, C);
    } else {
      result = cofactors(ldu);
    }
    unscale(result, n, scaling);
    result.forEach((value, i) => (output.values[at + i] = timesPowerOfTwo(value, scale)));
  });
  return [output];
});

/** log₂ of the product of all scales. */
function totalExponent({rows, columns}: Scaling): number {
  return rows.reduce((sum, e) => sum + e, 0) + columns.reduce((sum, e) => sum + e, 0);
}

/** M ← 2^−rows M 2^−columns. */
function unscale(M: Float64Array, n: number, {rows, columns}: Scaling): void {
  scaleRows(M, n, rows);
  const factors = Float64Array.from(columns, (exponent) => 2 ** -exponent);
  for (let i = 0; i < M.length; i++) M[i] *= factors[i % n];
}

/** The determinant of the permutation that maps i to order[i]. */
function parity(order: Int32Array): number {
  const seen = new Uint8Array(order.length);
  let sign = 1;
  for (let start = 0; start < order.length; start++) {
    for (let i = start; !seen[i]; i = order[i]) {
      seen[i] = 1;
      if (order[i] !== start) sign = -sign;
    }
  }
  return sign;
}
