/** @file `DenseKernels` on WebAssembly: one instance with a memory of its own. */
import type {DenseKernels, Indices, Vector} from '../dense.js';
import {BINARY} from './binary/dense.js';
import {HostMemory} from './memory.js';
import {instantiate} from './module.js';
import {hostPairs} from './pairs.js';

/** An implementation with its own memory, or `null` where WebAssembly or its SIMD instructions are missing. */
export function createHostDense(): DenseKernels | null {
  if (typeof WebAssembly === 'undefined') return null;
  const memory = new HostMemory();
  const routines = instantiate(BINARY, memory.memory);
  if (!routines) return null;
  return {
    ...hostPairs(routines),
    name: 'host',
    memory: memory.memory,
    vector: (length) => memory.vector(length) as Vector,
    indices: (length) => memory.indices(length) as Indices,
    scope: (work) => memory.scope(work),
    keep: (work) => memory.keep(work),
    signedCholesky: (a, n, stride, positives, inverse) =>
      routines.signedCholesky(a.byteOffset, n, stride, positives, inverse.byteOffset),
    signedSolve: (u, n, stride, positives, inverse, x) =>
      routines.signedSolve(u.byteOffset, n, stride, positives, inverse.byteOffset, x.byteOffset),
    addWeightedGram: (target, n, stride, M, strideM, rows, weights, count, packed) =>
      routines.addWeightedGram(
        target.byteOffset,
        n,
        stride,
        M.byteOffset,
        strideM,
        rows.byteOffset,
        weights.byteOffset,
        count,
        packed.byteOffset,
      ),
    multiply: (A, rows, n, stride, x, out) =>
      routines.multiply(A.byteOffset, rows, n, stride, x.byteOffset, out.byteOffset),
    addMultiplyTransposed: (A, rows, n, stride, y, out) =>
      routines.addMultiplyTransposed(A.byteOffset, rows, n, stride, y.byteOffset, out.byteOffset),
    multiplyWithTerms: (A, rows, n, x, out, terms) =>
      routines.multiplyWithTerms(A.byteOffset, rows, n, x.byteOffset, out.byteOffset, terms.byteOffset),
    addMultiplyTransposedWithTerms: (A, rows, n, y, out, terms) =>
      routines.addMultiplyTransposedWithTerms(
        A.byteOffset,
        rows,
        n,
        y.byteOffset,
        out.byteOffset,
        terms.byteOffset,
      ),
    copyUpper: (from, strideFrom, to, strideTo, n) =>
      routines.copyUpper(from.byteOffset, strideFrom, to.byteOffset, strideTo, n),
    copyTransposed: (from, n, rows, count, to, strideTo, at) =>
      routines.copyTransposed(from.byteOffset, n, rows.byteOffset, count, to.byteOffset + 8 * at, strideTo),
    packRows: (A, rows, n, limit, to, stride, entries) =>
      routines.packRows(A.byteOffset, rows, n, limit, to.byteOffset, stride, entries.byteOffset),
    scale: (A, rows, n, left, right, to) =>
      routines.scale(A.byteOffset, rows, n, left.byteOffset, right.byteOffset, to.byteOffset),
    scaledMaxima: (A, rows, n, left, right, rowMaxima, columnMaxima) =>
      routines.scaledMaxima(
        A.byteOffset,
        rows,
        n,
        left.byteOffset,
        right.byteOffset,
        rowMaxima.byteOffset,
        columnMaxima.byteOffset,
      ),
    addMagnitudes: (A, rows, n, left, right, rowSums, columnSums) =>
      routines.addMagnitudes(
        A.byteOffset,
        rows,
        n,
        left.byteOffset,
        right.byteOffset,
        rowSums.byteOffset,
        columnSums.byteOffset,
      ),
    symmetrize: (P, n) => routines.symmetrize(P.byteOffset, n),
    isFinite: (a) => routines.excess(a.byteOffset, a.length) === 0,
  };
}
