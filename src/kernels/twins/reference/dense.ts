/** @file The routines of `DenseKernels` in plain TypeScript. This twin defines what the host kernels compute. */
import type {DenseKernels, Indices, Vector} from '../../contracts/dense.js';
import {referencePairs} from './pairs.js';

const padded = (n: number) => (n + 3) & ~3;

export const referenceDense: DenseKernels = {
  ...referencePairs,
  name: 'reference',
  memory: null,
  // The contract requires room behind the end of a vector.
  vector: (length) => new Float64Array(new ArrayBuffer(8 * padded(length)), 0, length) as Vector,
  indices: (length) => new Int32Array(length) as Indices,
  part: (vector, from, to) => vector.subarray(from, to) as Vector,
  scope: (work) => work(),
  keep: (work) => work(),

  signedCholesky: (a, n, stride, positives, inverse) =>
    referenceDense.eliminate(a, n, stride, positives, n, inverse),

  eliminate(a, n, stride, positives, count, inverse) {
    for (let i = 0; i < n; i++) {
      const rowI = i * stride;
      for (let k = 0; k < Math.min(i, count); k++) {
        const rowK = k * stride;
        const factor = k < positives ? a[rowK + i] : -a[rowK + i];
        if (factor === 0) continue;
        for (let j = i; j < n; j++) a[rowI + j] -= factor * a[rowK + j];
      }
      if (i >= count) continue;
      const sign = i < positives ? 1 : -1;
      const pivot = sign * a[rowI + i];
      if (!(pivot > 0) || pivot === Infinity) return i;
      const root = Math.sqrt(pivot);
      a[rowI + i] = root;
      inverse[i] = 1 / root;
      for (let j = i + 1; j < n; j++) a[rowI + j] *= sign * inverse[i];
    }
    return -1;
  },

  signedSolve(u, n, stride, positives, inverse, x) {
    for (let i = 0; i < n; i++) {
      const value = x[i] * inverse[i];
      const row = i * stride;
      for (let j = i + 1; j < n; j++) x[j] -= u[row + j] * value;
      x[i] = i < positives ? value : -value;
    }
    for (let i = n - 1; i >= 0; i--) {
      const row = i * stride;
      let sum = x[i];
      for (let j = i + 1; j < n; j++) sum -= u[row + j] * x[j];
      x[i] = sum * inverse[i];
    }
  },

  addWeightedGram(target, n, stride, M, strideM, rows, weights, count) {
    for (let k = 0; k < count; k++) {
      const row = rows[k] * strideM;
      for (let i = 0; i < n; i++) {
        const value = weights[k] * M[row + i];
        if (value === 0) continue;
        for (let j = i; j < n; j++) target[i * stride + j] += value * M[row + j];
      }
    }
  },

  multiply(A, rows, n, stride, x, out) {
    for (let i = 0; i < rows; i++) {
      const row = i * stride;
      let sum = 0;
      for (let j = 0; j < n; j++) sum += A[row + j] * x[j];
      out[i] = sum;
    }
  },

  addMultiplyTransposed(A, rows, n, stride, y, out) {
    for (let i = 0; i < rows; i++) {
      const value = y[i];
      if (value === 0) continue;
      const row = i * stride;
      for (let j = 0; j < n; j++) out[j] += A[row + j] * value;
    }
  },

  multiplyWithTerms(A, rows, n, x, out, terms) {
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      let size = 0;
      for (let j = 0, at = i * n; j < n; j++, at++) {
        const value = A[at] * x[j];
        sum += value;
        size += Math.abs(value);
      }
      out[i] = sum;
      terms[i] = size;
    }
  },

  addMultiplyTransposedWithTerms(A, rows, n, y, out, terms) {
    for (let i = 0; i < rows; i++) {
      const factor = y[i];
      if (factor === 0) continue;
      for (let j = 0, at = i * n; j < n; j++, at++) {
        const value = A[at] * factor;
        out[j] += value;
        terms[j] += Math.abs(value);
      }
    }
  },

  copyUpper(from, strideFrom, to, strideTo, n) {
    for (let i = 0; i < n; i++) {
      for (let j = i; j < n; j++) to[i * strideTo + j] = from[i * strideFrom + j];
    }
  },

  copyTransposed(from, n, rows, count, to, strideTo, at) {
    for (let k = 0; k < count; k++) {
      for (let a = 0; a < n; a++) to[at + a * strideTo + k] = from[rows[k] * n + a];
    }
  },

  packRows(A, rows, n, limit, to, stride, entries) {
    let packed = 0;
    for (let i = 0; i < rows; i++) {
      let count = 0;
      for (let j = 0; j < n; j++) if (A[i * n + j] !== 0) count++;
      entries[i] = count;
      if (count > limit) to.set(A.subarray(i * n, (i + 1) * n), stride * packed++);
    }
  },

  scale(A, rows, n, left, right, to) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < n; j++) to[i * n + j] = left[i] * A[i * n + j] * right[j];
    }
  },

  scaleUpper(P, n, units, to, strideTo) {
    for (let i = 0; i < n; i++) {
      for (let j = i; j < n; j++) to[i * strideTo + j] = units[i] * P[i * n + j] * units[j];
    }
  },

  scaledMaxima(A, rows, n, left, right, rowMaxima, columnMaxima) {
    for (let i = 0; i < rows; i++) {
      const factor = left[i];
      let largest = 0;
      if (factor !== 0) {
        for (let j = 0, at = i * n; j < n; j++, at++) {
          const value = Math.abs(A[at]) * (factor * right[j]);
          if (value > largest) largest = value;
          if (value > columnMaxima[j]) columnMaxima[j] = value;
        }
      }
      rowMaxima[i] = largest;
    }
  },

  addMagnitudes(A, rows, n, left, right, rowSums, columnSums) {
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) {
        const value = Math.abs(A[i * n + j]);
        sum += value * Math.abs(right[j]);
        columnSums[j] += Math.abs(left[i]) * value;
      }
      rowSums[i] = sum;
    }
  },

  symmetrize(P, n) {
    let largest = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const difference = Math.abs(P[i * n + j] - P[j * n + i]);
        if (difference > largest) largest = difference;
        const mean = 0.5 * (P[i * n + j] + P[j * n + i]);
        P[i * n + j] = mean;
        P[j * n + i] = mean;
      }
    }
    return referenceDense.isFinite(P) ? largest : NaN;
  },

  isFinite(a) {
    for (let i = 0; i < a.length; i++) if (!Number.isFinite(a[i])) return false;
    return true;
  },
};
