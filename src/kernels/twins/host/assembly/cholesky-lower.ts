/** @file Cholesky factorisation of the lower triangle of a matrix without padding, in f64 or from float32 to float32. */
import {signedCholesky} from './cholesky';

const F64: usize = 8;
/** 2⁻⁵². */
const EPSILON: f64 = 2.220446049250313e-16;

/**
 * Overwrites the n×n matrix at `a` by the lower triangular L with A = L Lᵀ, of which only the lower triangle is read.
 *
 * @param work Room for `stride` rows of `stride` doubles, a multiple of 4 that is at least n.
 * @param inverse Room for `stride` doubles.
 * @returns The first row whose pivot is not positive, not finite, or no more than rounding of the entry on the diagonal;
 *     −1 if there is none.
 */
export function choleskyInPlace(a: usize, n: i32, work: usize, stride: i32, inverse: usize): i32 {
  return factorLower<f64>(a, n, work, stride, inverse, a);
}

/** The same from float32 to float32, into `out`; in between, f64. */
export function choleskySingle(a: usize, n: i32, work: usize, stride: i32, inverse: usize, out: usize): i32 {
  return factorLower<f32>(a, n, work, stride, inverse, out);
}

function factorLower<T>(a: usize, n: i32, work: usize, stride: i32, inverse: usize, out: usize): i32 {
  const size = sizeof<T>();
  const row = (n as usize) * size;
  const column = (stride as usize) * F64;
  const even = n & ~1;
  // The lower triangle becomes an upper one, in blocks of two rows and columns; a block on the diagonal goes over whole.
  for (let i = 0; i < even; i += 2) {
    const left = a + (i as usize) * row;
    const above = work + (i as usize) * F64;
    for (let j = 0; j <= i; j += 2) {
      const from = left + (j as usize) * size;
      const to = above + (j as usize) * column;
      const first = loadPair<T>(from);
      const second = loadPair<T>(from + row);
      v128.store(to, v128.shuffle<f64>(first, second, 0, 2));
      v128.store(to + column, v128.shuffle<f64>(first, second, 1, 3));
    }
  }
  const last = (even as usize) * row;
  const lastColumn = (even as usize) * F64;
  if (even < n) {
    for (let j: usize = 0; j < (n as usize); j++) {
      store<f64>(work + j * column + lastColumn, load<T>(a + last + j * size) as f64);
    }
  }
  const failed = signedCholesky(work, n, stride, n, inverse);
  const end = (failed >= 0 ? failed : n) as usize;
  for (let i: usize = 0; i < end; i++) {
    const pivot = load<f64>(work + i * (column + F64));
    const entry = load<T>(a + i * (row + size)) as f64;
    if (pivot * pivot <= entry * (n as f64) * EPSILON) return i as i32;
  }
  if (failed >= 0) return failed;
  memory.fill(out, 0, (n as usize) * row);
  for (let i = 0; i < even; i += 2) {
    const left = out + (i as usize) * row;
    const above = work + (i as usize) * F64;
    for (let j = 0; j <= i; j += 2) {
      const from = above + (j as usize) * column;
      const to = left + (j as usize) * size;
      const first = v128.load(from);
      const second = v128.load(from + column);
      storePair<T>(to, v128.shuffle<f64>(first, second, 0, 2));
      storePair<T>(to + row, v128.shuffle<f64>(first, second, 1, 3));
    }
    // The block on the diagonal has one entry above it.
    store<T>(left + ((i + 1) as usize) * size, 0 as T);
  }
  if (even < n) {
    for (let j: usize = 0; j < (n as usize); j++) {
      store<T>(out + last + j * size, load<f64>(work + j * column + lastColumn) as T);
    }
  }
  return -1;
}

/** Two numbers of type T as doubles. */
function loadPair<T>(from: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(from)) : v128.load(from);
}

/** Two doubles as numbers of type T. */
function storePair<T>(to: usize, pair: v128): void {
  if (sizeof<T>() == 4) v128.store64_lane(to, f32x4.demote_f64x2_zero(pair), 0);
  else v128.store(to, pair);
}
