/** @file LU factorisation with partial pivoting, in panels of four columns. */
import {scaleInPlace, scaleRows} from './scaling';
import {updateTile} from './tile';
import {solveTriangular} from './triangular';

const F64: usize = 8;
const I32: usize = 4;
/** 2⁻⁵². */
const EPSILON: f64 = 2.220446049250313e-16;

/**
 * Overwrites the n×n matrix at `a` by L (below the diagonal, ones on it not stored) and U with
 * P (2^−rows A 2^−columns) = L U; row i of P A is row pivots[i] of A. Where a whole column of pivots is no more than
 * rounding, it is left as it is.
 *
 * @param work Room for `stride` rows of `stride` doubles, a multiple of 4 that is at least n, and for 4 `stride` more.
 * @returns 1 if there was a pivot in every column, else 0.
 */
export function luInPlace(
  a: usize,
  n: i32,
  rows: usize,
  columns: usize,
  pivots: usize,
  work: usize,
  stride: i32,
): i32 {
  const row = (stride as usize) * F64;
  const bytes = (n as usize) * F64;
  const padded = (n + 3) & ~3;
  const packed = work + (stride as usize) * row;
  const threshold = scaleInPlace(a, n, rows, columns, packed) * (n as f64) * EPSILON;
  for (let i = 0; i < padded; i++) {
    const to = work + (i as usize) * row;
    if (i < n) {
      memory.copy(to, a + (i as usize) * bytes, bytes);
      memory.fill(to + bytes, 0, row - bytes);
      store<i32>(pivots + (i as usize) * I32, i);
    } else {
      memory.fill(to, 0, row);
    }
  }
  let regular = threshold < Infinity ? 1 : 0;
  for (let k = 0; k < n; k += 4) {
    const end = min(k + 4, n);
    for (let j = k; j < end; j++) {
      if (!factorColumn(work, row, n, j, end, threshold, pivots)) regular = 0;
    }
    if (end < k + 4) break;
    solveRows(work + (k as usize) * row, row, k, padded);
    const above = work + (k as usize) * row;
    for (let i = k + 4; i < padded; i += 4) {
      const left = work + (i as usize) * row + (k as usize) * F64;
      // Columns of L as rows, which is how a tile reads them.
      for (let r: usize = 0; r < 4; r++) {
        for (let c: usize = 0; c < 4; c++) {
          store<f64>(packed + (c << 5) + (r << 3), load<f64>(left + r * row + (c << 3)));
        }
      }
      for (let j = k + 4; j < padded; j += 4) {
        const at = (j as usize) * F64;
        updateTile(work + (i as usize) * row + at, row, packed, 32, above + at, row, 4, false);
      }
    }
  }
  for (let i = 0; i < n; i++) memory.copy(a + (i as usize) * bytes, work + (i as usize) * row, bytes);
  return regular;
}

/** Pivots, and eliminates column j from the panel that ends before column `end`. @returns Whether there was a pivot. */
function factorColumn(
  work: usize,
  row: usize,
  n: i32,
  j: i32,
  end: i32,
  threshold: f64,
  pivots: usize,
): bool {
  const column = work + (j as usize) * F64;
  let pivot = j;
  let largest: f64 = abs(load<f64>(column + (j as usize) * row));
  for (let i = j + 1; i < n; i++) {
    const size = abs(load<f64>(column + (i as usize) * row));
    if (size > largest) {
      largest = size;
      pivot = i;
    }
  }
  if (!(largest > threshold)) return false;
  const top = work + (j as usize) * row;
  if (pivot != j) {
    swap(top, work + (pivot as usize) * row, row);
    const p = pivots + (j as usize) * I32;
    const q = pivots + (pivot as usize) * I32;
    const kept = load<i32>(p);
    store<i32>(p, load<i32>(q));
    store<i32>(q, kept);
  }
  const inverse = 1 / load<f64>(top + (j as usize) * F64);
  for (let i = j + 1; i < n; i++) {
    const at = work + (i as usize) * row;
    const factor = load<f64>(at + (j as usize) * F64) * inverse;
    store<f64>(at + (j as usize) * F64, factor);
    for (let c = j + 1; c < end; c++) {
      const p = at + (c as usize) * F64;
      store<f64>(p, load<f64>(p) - factor * load<f64>(top + (c as usize) * F64));
    }
  }
  return true;
}

/** Exchanges two rows of `bytes` bytes, a multiple of 16. */
function swap(p: usize, q: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const kept = v128.load(p + at);
    v128.store(p + at, v128.load(q + at));
    v128.store(q + at, kept);
  }
}

/** The four rows of U right of the panel in column k: forward substitution with the panel's L. */
function solveRows(rows: usize, row: usize, k: i32, padded: i32): void {
  const block = rows + (k as usize) * F64;
  for (let r: usize = 1; r < 4; r++) {
    for (let q: usize = 0; q < r; q++) {
      const factor = f64x2.splat(load<f64>(block + r * row + (q << 3)));
      let to = block + r * row + 32;
      let from = block + q * row + 32;
      for (let c = k + 4; c < padded; c += 2) {
        v128.store(to, f64x2.sub(v128.load(to), f64x2.mul(factor, v128.load(from))));
        to += 16;
        from += 16;
      }
    }
  }
}

/**
 * X ← A⁻¹ X, or A⁻ᵀ X, for X [n, columns], with the factors of `luInPlace`.
 *
 * @param room For n · columns doubles.
 */
export function solveLu(
  lu: usize,
  n: i32,
  rows: usize,
  columns: usize,
  pivots: usize,
  x: usize,
  count: i32,
  transpose: bool,
  room: usize,
): void {
  const width = (count as usize) * F64;
  scaleRows(x, n, count, transpose ? columns : rows);
  if (transpose) {
    solveTriangular(lu, n, n, x, count, false, true, false);
    solveTriangular(lu, n, n, x, count, true, true, true);
  }
  for (let i: usize = 0; i < (n as usize); i++) {
    const p = load<i32>(pivots + i * I32) as usize;
    const from = transpose ? i : p;
    const to = transpose ? p : i;
    memory.copy(room + to * width, x + from * width, width);
  }
  memory.copy(x, room, (n as usize) * width);
  if (!transpose) {
    solveTriangular(lu, n, n, x, count, true, false, true);
    solveTriangular(lu, n, n, x, count, false, false, false);
  }
  scaleRows(x, n, count, transpose ? rows : columns);
}
