/** @file Householder QR factorisation with column pivoting of a dense matrix in f64, in place. */
import type {QR} from '../../contracts/matrices.js';

/** @see MatrixKernels.qrInPlace */
export function qrInPlace(factors: QR, relativeCutoff: number): void {
  const {rows, columns, qr: a, tau, order} = factors;
  order.forEach((_, j) => (order[j] = j));
  const dots = new Float64Array(columns);
  let longest = 0;
  factors.rank = 0;
  for (let k = 0; k < Math.min(rows, columns); k++) {
    if (relativeCutoff >= 0) {
      const {column, norm} = longestColumn(a, rows, columns, k);
      if (k === 0) longest = norm;
      if (!(norm > relativeCutoff * longest)) break;
      if (column !== k) {
        for (let i = 0; i < rows; i++) swap(a, i * columns + k, i * columns + column);
        swap(order, k, column);
      }
    }
    tau[k] = reflect(a, rows, columns, k, dots);
    factors.rank++;
  }
}

/** @see MatrixKernels.applyQ */
export function applyQ(
  {rows, columns, rank, qr, tau}: QR,
  X: Float64Array,
  count: number,
  transpose: boolean,
): void {
  const dots = new Float64Array(count);
  for (let step = 0; step < rank; step++) {
    const k = transpose ? step : rank - 1 - step;
    dots.fill(0);
    for (let i = k; i < rows; i++) {
      const v = i === k ? 1 : qr[i * columns + k];
      for (let c = 0; c < count; c++) dots[c] += v * X[i * count + c];
    }
    for (let i = k; i < rows; i++) {
      const v = tau[k] * (i === k ? 1 : qr[i * columns + k]);
      for (let c = 0; c < count; c++) X[i * count + c] -= v * dots[c];
    }
  }
}

/** Makes the reflection that zeroes column k below the diagonal and applies it to the columns after k. */
function reflect(a: Float64Array, rows: number, columns: number, k: number, dots: Float64Array): number {
  const at = k * columns + k;
  let tail = 0;
  for (let i = k + 1; i < rows; i++) tail += a[i * columns + k] ** 2;
  if (tail === 0) return 0;
  const norm = Math.sqrt(a[at] ** 2 + tail);
  const head = a[at] >= 0 ? a[at] + norm : a[at] - norm;
  const tau = Math.abs(head) / norm;
  a[at] -= head;
  for (let i = k + 1; i < rows; i++) a[i * columns + k] /= head;
  dots.fill(0);
  for (let i = k; i < rows; i++) {
    const v = i === k ? 1 : a[i * columns + k];
    for (let j = k + 1; j < columns; j++) dots[j] += v * a[i * columns + j];
  }
  for (let i = k; i < rows; i++) {
    const v = tau * (i === k ? 1 : a[i * columns + k]);
    for (let j = k + 1; j < columns; j++) a[i * columns + j] -= v * dots[j];
  }
  return tau;
}

/** The index of the longest of the columns k, k + 1, …, measured from row k down. */
function longestColumn(a: Float64Array, rows: number, columns: number, k: number) {
  // The norms are recomputed at every step: updated norms lose their digits if columns are nearly dependent.
  const squares = new Float64Array(columns);
  for (let i = k; i < rows; i++) for (let j = k; j < columns; j++) squares[j] += a[i * columns + j] ** 2;
  let column = k;
  for (let j = k + 1; j < columns; j++) if (squares[j] > squares[column]) column = j;
  return {column, norm: Math.sqrt(squares[column])};
}

function swap(values: Float64Array | Int32Array, i: number, j: number): void {
  [values[i], values[j]] = [values[j], values[i]];
}
