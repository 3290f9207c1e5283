/** @file `MatrixKernels` on WebAssembly: one instance with a memory of its own. */
import {paddedStride} from '../dense.js';
import type {MatrixKernels} from '../matrices.js';
import {pivotThreshold} from '../reference/lu.js';
import {BINARY} from './binary/matrices.js';
import {HostMemory} from './memory.js';
import {instantiate} from './module.js';

/** `null` where WebAssembly or its SIMD instructions are missing. */
export function createHostMatrices(): MatrixKernels | null {
  if (typeof WebAssembly === 'undefined') return null;
  const memory = new HostMemory();
  const routines = instantiate(BINARY, memory.memory);
  if (!routines) return null;
  return {
    name: 'host',
    vector: (length) => memory.vector(length),
    scope: (work) => memory.scope(work),
    choleskyInPlace: (a, n) =>
      memory.scope(() => {
        const stride = paddedStride(n);
        const work = memory.vector(stride * stride);
        const inverse = memory.vector(stride);
        return routines.choleskyInPlace(a.byteOffset, n, work.byteOffset, stride, inverse.byteOffset);
      }),
    luInPlace: (a, n) =>
      memory.scope(() => {
        const stride = paddedStride(n);
        const work = memory.vector(stride * stride + 16);
        const pivots = memory.indices(n);
        const threshold = pivotThreshold(a, n);
        const missing = routines.luInPlace(
          a.byteOffset,
          n,
          threshold,
          work.byteOffset,
          stride,
          pivots.byteOffset,
        );
        const singular = missing !== 0 || (n > 0 && !(threshold < Infinity));
        return {n, lu: a, pivots: pivots.slice(), singular};
      }),
    solveTriangular: (t, n, X, columns, {lower, transpose = false, unitDiagonal = false}) =>
      void routines.solveTriangular(
        t.byteOffset,
        n,
        n,
        X.byteOffset,
        columns,
        Number(lower),
        Number(transpose),
        Number(unitDiagonal),
      ),
  };
}
