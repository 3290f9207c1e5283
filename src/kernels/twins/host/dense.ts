/** @file `DenseKernels` on WebAssembly: one instance with its own memory. */
import type {DenseKernels, Indices, Vector} from '../../contracts/dense.js';
import {BINARY} from './binary/dense.js';
import {HostMemory, placeOf as at} from './memory.js';
import {instantiate} from './module.js';
import {hostPairs} from './pairs.js';

/** Creates an instance with its own memory. Returns `null` if WebAssembly or its SIMD instructions are missing. */
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
    part: (vector, from, to) => memory.part(vector, from, to) as Vector,
    scope: (work) => memory.scope(work),
    keep: (work) => memory.keep(work),
    signedCholesky: (a, n, stride, positives, inverse) =>
      routines.signedCholesky(at(a), n, stride, positives, at(inverse)),
    eliminate: (a, n, stride, positives, count, inverse) =>
      routines.eliminate(at(a), n, stride, positives, count, at(inverse)),
    signedSolve: (u, n, stride, positives, inverse, x) =>
      routines.signedSolve(at(u), n, stride, positives, at(inverse), at(x)),
    addWeightedGram: (target, n, stride, M, strideM, rows, weights, count, packed) =>
      routines.addWeightedGram(
        at(target),
        n,
        stride,
        at(M),
        strideM,
        at(rows),
        at(weights),
        count,
        at(packed),
      ),
    multiply: (A, rows, n, stride, x, out) => routines.multiply(at(A), rows, n, stride, at(x), at(out)),
    addMultiplyTransposed: (A, rows, n, stride, y, out) =>
      routines.addMultiplyTransposed(at(A), rows, n, stride, at(y), at(out)),
    multiplyWithTerms: (A, rows, n, x, out, terms) =>
      routines.multiplyWithTerms(at(A), rows, n, at(x), at(out), at(terms)),
    addMultiplyTransposedWithTerms: (A, rows, n, y, out, terms) =>
      routines.addMultiplyTransposedWithTerms(at(A), rows, n, at(y), at(out), at(terms)),
    copyUpper: (from, strideFrom, to, strideTo, n) =>
      routines.copyUpper(at(from), strideFrom, at(to), strideTo, n),
    copyTransposed: (from, n, rows, count, to, strideTo, first) =>
      routines.copyTransposed(at(from), n, at(rows), count, at(to) + 8 * first, strideTo),
    packRows: (A, rows, n, limit, to, stride, entries) =>
      routines.packRows(at(A), rows, n, limit, at(to), stride, at(entries)),
    scale: (A, rows, n, left, right, to) => routines.scale(at(A), rows, n, at(left), at(right), at(to)),
    scaleUpper: (P, n, units, to, strideTo) => routines.scaleUpper(at(P), n, at(units), at(to), strideTo),
    scaledMaxima: (A, rows, n, left, right, rowMaxima, columnMaxima) =>
      routines.scaledMaxima(at(A), rows, n, at(left), at(right), at(rowMaxima), at(columnMaxima)),
    addMagnitudes: (A, rows, n, left, right, rowSums, columnSums) =>
      routines.addMagnitudes(at(A), rows, n, at(left), at(right), at(rowSums), at(columnSums)),
    symmetrize: (P, n) => routines.symmetrize(at(P), n),
    isFinite: (a) => routines.excess(at(a), a.length) === 0,
  };
}
