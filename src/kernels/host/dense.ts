/** @file `DenseKernels` on WebAssembly: one instance with a memory of its own. */
import type {DenseKernels, Indices, Vector} from '../dense.js';
import {BINARY} from './binary/dense.js';
import {instantiate} from './module.js';
import {hostPairs} from './pairs.js';

/** Where a vector may start: 16 bytes apart, behind a first block that stays free so that no pointer is zero. */
const ALIGNMENT = 16;
const PAGE = 65536;
const INITIAL_PAGES = 64;

/** Thrown where the memory is full: views of it do not survive its growth, so the work must begin again. */
class OutOfMemory extends Error {
  constructor(readonly end: number) {
    super(`the host kernels need ${end} bytes of memory`);
  }
}

/** An implementation with its own memory, or `null` where WebAssembly or its SIMD instructions are missing. */
export function createHostDense(): DenseKernels | null {
  if (typeof WebAssembly === 'undefined') return null;
  const memory = new WebAssembly.Memory({initial: INITIAL_PAGES});
  const routines = instantiate(BINARY, memory);
  if (!routines) return null;
  let top = ALIGNMENT;
  let depth = 0;

  const allocate = (bytes: number): number => {
    const at = top;
    top += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (top > memory.buffer.byteLength) throw new OutOfMemory(top);
    return at;
  };
  const grow = (end: number) => {
    const missing = end - memory.buffer.byteLength;
    const doubled = Math.max(missing, memory.buffer.byteLength);
    try {
      memory.grow(Math.ceil(doubled / PAGE));
    } catch {
      memory.grow(Math.ceil(missing / PAGE));
    }
  };

  /** Only the outermost work can begin again: no view of the memory has been made before it. */
  const repeatedly = <T>(work: () => T): T => {
    const mark = top;
    depth++;
    try {
      for (;;) {
        try {
          return work();
        } catch (error) {
          if (!(error instanceof OutOfMemory) || depth > 1) throw error;
          top = mark;
          grow(error.end);
        }
      }
    } finally {
      depth--;
    }
  };

  return {
    ...hostPairs(routines),
    name: 'host',
    vector(length) {
      // Room for four entries more: routines work on tiles of four, and read ahead of a row's end.
      return new Float64Array(memory.buffer, allocate(8 * (length + 4)), length).fill(0) as Vector;
    },
    indices: (length) => new Int32Array(memory.buffer, allocate(4 * length), length) as Indices,
    scope(work) {
      const mark = top;
      try {
        return repeatedly(work);
      } finally {
        top = mark;
      }
    },
    keep: (work) => repeatedly(work),
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
