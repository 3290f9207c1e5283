/** @file `MatrixKernels` on WebAssembly: one instance with its own memory. */
import {paddedStride} from '../../contracts/dense.js';
import type {MatrixKernels} from '../../contracts/matrices.js';
import {BINARY} from './binary/matrices.js';
import {HostMemory} from './memory.js';
import {instantiate} from './module.js';

/** Returns `null` if WebAssembly or its SIMD instructions are missing. */
export function createHostMatrices(): MatrixKernels | null {
  if (typeof WebAssembly === 'undefined') return null;
  const memory = new HostMemory();
  const routines = instantiate(BINARY, memory.memory);
  if (!routines) return null;
  return {
    name: 'host',
    vector: (length) => memory.vector(length),
    singles: (length) => memory.singles(length),
    indices: (length) => memory.indices(length),
    scope: (work) => memory.scope(work),
    choleskyInPlace: (a, n) =>
      memory.scope(() => {
        const stride = paddedStride(n);
        const work = memory.scratch(stride * stride);
        const inverse = memory.scratch(stride);
        return routines.choleskyInPlace(a.byteOffset, n, work.byteOffset, stride, inverse.byteOffset);
      }),
    choleskySingle: (a, n, l) =>
      memory.scope(() => {
        const stride = paddedStride(n);
        const work = memory.scratch(stride * stride);
        const inverse = memory.scratch(stride);
        const [from, to] = [a.byteOffset, l.byteOffset];
        return routines.choleskySingle(from, n, work.byteOffset, stride, inverse.byteOffset, to);
      }),
    luInPlace: ({n, lu, pivots, rows, columns}) =>
      memory.scope(() => {
        const stride = paddedStride(n);
        const work = memory.scratch(stride * (stride + 4));
        return (
          routines.luInPlace(
            lu.byteOffset,
            n,
            rows.byteOffset,
            columns.byteOffset,
            pivots.byteOffset,
            work.byteOffset,
            stride,
          ) !== 0
        );
      }),
    solveLu: ({n, lu, pivots, rows, columns}, X, count, transpose) =>
      memory.scope(() => {
        const room = memory.scratch(X.length);
        routines.solveLu(
          lu.byteOffset,
          n,
          rows.byteOffset,
          columns.byteOffset,
          pivots.byteOffset,
          X.byteOffset,
          count,
          Number(transpose),
          room.byteOffset,
        );
      }),
    qrInPlace: (factors, relativeCutoff) =>
      memory.scope(() => {
        const {rows, columns, qr, tau, order} = factors;
        const sums = memory.scratch(columns);
        factors.rank = routines.qrInPlace(
          qr.byteOffset,
          rows,
          columns,
          relativeCutoff,
          tau.byteOffset,
          order.byteOffset,
          sums.byteOffset,
        );
      }),
    applyQ: ({rows, columns, rank, qr, tau}, X, count, transpose) =>
      memory.scope(() => {
        const sums = memory.scratch(count);
        routines.applyQ(
          qr.byteOffset,
          rows,
          columns,
          rank,
          tau.byteOffset,
          X.byteOffset,
          count,
          Number(transpose),
          sums.byteOffset,
        );
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
