/** @file Householder QR factorisation with column pivoting, and products with Q. */
import {addScaled} from './products';

const F64: usize = 8;
const I32: usize = 4;

/**
 * Overwrites the row-major matrix `a` [rows, columns]: A P = Q R, R on and above the diagonal, the reflections' vectors (first
 * entry 1, not stored) below it. Reflection k is I − tau[k] v vᵀ; column j of A P is column order[j] of A.
 *
 * @param cutoff Stops where no remaining column is longer than this times the longest column of A. Negative: takes the
 *   columns as they come.
 * @param sums Room for `columns` doubles.
 * @returns The number of reflections, the rank.
 */
export function qrInPlace(
  a: usize,
  rows: i32,
  columns: i32,
  cutoff: f64,
  tau: usize,
  order: usize,
  sums: usize,
): i32 {
  const row = (columns as usize) * F64;
  const steps = min(rows, columns);
  for (let j = 0; j < columns; j++) store<i32>(order + (j as usize) * I32, j);
  let longest: f64 = 0;
  for (let k = 0; k < steps; k++) {
    if (cutoff >= 0) {
      // Afresh at every step: updated norms lose their digits where columns are nearly dependent.
      const column = longestColumn(a, rows, columns, k, sums);
      const norm = Math.sqrt(load<f64>(sums + (column as usize) * F64));
      if (k == 0) longest = norm;
      if (!(norm > cutoff * longest)) return k;
      if (column != k) {
        swapColumns(a, rows, row, k, column);
        const p = order + (k as usize) * I32;
        const q = order + (column as usize) * I32;
        const kept = load<i32>(p);
        store<i32>(p, load<i32>(q));
        store<i32>(q, kept);
      }
    }
    store<f64>(tau + (k as usize) * F64, reflect(a, rows, columns, k, sums));
  }
  return steps;
}

/** X ← Q X, or Qᵀ X, for X [rows, count], row-major; `sums` has room for `count` doubles. */
export function applyQ(
  qr: usize,
  rows: i32,
  columns: i32,
  rank: i32,
  tau: usize,
  x: usize,
  count: i32,
  transpose: bool,
  sums: usize,
): void {
  const width = (count as usize) * F64;
  const row = (columns as usize) * F64;
  for (let step = 0; step < rank; step++) {
    const k = transpose ? step : rank - 1 - step;
    const column = qr + (k as usize) * F64;
    const own = x + (k as usize) * width;
    memory.copy(sums, own, width);
    for (let i = k + 1; i < rows; i++) {
      addScaled(sums, load<f64>(column + (i as usize) * row), x + (i as usize) * width, count);
    }
    const factor = -load<f64>(tau + (k as usize) * F64);
    addScaled(own, factor, sums, count);
    for (let i = k + 1; i < rows; i++) {
      addScaled(x + (i as usize) * width, factor * load<f64>(column + (i as usize) * row), sums, count);
    }
  }
}

/** Makes the reflection that zeroes column k below the diagonal, applies it to the columns after k. @returns Its tau. */
function reflect(a: usize, rows: i32, columns: i32, k: i32, sums: usize): f64 {
  const row = (columns as usize) * F64;
  const top = a + (k as usize) * row + (k as usize) * F64;
  let tail: f64 = 0;
  for (let i = k + 1; i < rows; i++) {
    const entry = load<f64>(top + ((i - k) as usize) * row);
    tail += entry * entry;
  }
  if (tail == 0) return 0;
  const entry = load<f64>(top);
  const norm = Math.sqrt(entry * entry + tail);
  const head = entry >= 0 ? entry + norm : entry - norm;
  const tau = abs(head) / norm;
  store<f64>(top, entry - head);
  const rest = columns - k - 1;
  memory.copy(sums, top + F64, (rest as usize) * F64);
  for (let i = k + 1; i < rows; i++) {
    const at = top + ((i - k) as usize) * row;
    const v = load<f64>(at) / head;
    store<f64>(at, v);
    addScaled(sums, v, at + F64, rest);
  }
  addScaled(top + F64, -tau, sums, rest);
  for (let i = k + 1; i < rows; i++) {
    const at = top + ((i - k) as usize) * row;
    addScaled(at + F64, -tau * load<f64>(at), sums, rest);
  }
  return tau;
}

/** Of the columns k, k + 1, …, below row k; `squares` receives their squared lengths. */
function longestColumn(a: usize, rows: i32, columns: i32, k: i32, squares: usize): i32 {
  const row = (columns as usize) * F64;
  memory.fill(squares, 0, row);
  for (let i = k; i < rows; i++) {
    const from = a + (i as usize) * row;
    for (let j = (k as usize) * F64; j < row; j += F64) {
      const entry = load<f64>(from + j);
      store<f64>(squares + j, load<f64>(squares + j) + entry * entry);
    }
  }
  let column = k;
  for (let j = k + 1; j < columns; j++) {
    if (load<f64>(squares + (j as usize) * F64) > load<f64>(squares + (column as usize) * F64)) column = j;
  }
  return column;
}

function swapColumns(a: usize, rows: i32, row: usize, i: i32, j: i32): void {
  let p = a + (i as usize) * F64;
  let q = a + (j as usize) * F64;
  for (let r = 0; r < rows; r++) {
    const kept = load<f64>(p);
    store<f64>(p, load<f64>(q));
    store<f64>(q, kept);
    p += row;
    q += row;
  }
}
