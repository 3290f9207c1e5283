/** @file Cholesky factorisation of the lower triangle of a matrix without padding. */
import {signedCholesky} from './cholesky';

const F32: usize = 4;
const F64: usize = 8;
/** 2⁻⁵². */
const EPSILON: f64 = 2.220446049250313e-16;

/**
 * Overwrites the lower triangle of the n×n matrix at `a` by L with A = L Lᵀ, of which only the lower triangle is read; what
 * is above it becomes zero.
 *
 * @param work Room for `stride` rows of `stride` doubles, a multiple of 4 that is at least n.
 * @param inverse Room for `stride` doubles.
 * @returns The first row whose pivot is not positive, not finite, or no more than rounding of the entry on the diagonal;
 *     −1 if there is none.
 */
export function choleskyInPlace(a: usize, n: i32, work: usize, stride: i32, inverse: usize): i32 {
  const row = (n as usize) * F64;
  const column = (stride as usize) * F64;
  const even = n & ~1;
  for (let i = 0; i < even; i += 2) {
    const left = a + (i as usize) * row;
    const above = work + (i as usize) * F64;
    for (let j = 0; j <= i; j += 2) {
      transposeBlock(left + (j as usize) * F64, row, above + (j as usize) * column, column);
    }
  }
  if (even < n) {
    for (let j: usize = 0; j < (n as usize); j++) {
      store<f64>(work + j * column + (even as usize) * F64, load<f64>(a + (even as usize) * row + j * F64));
    }
  }
  const failed = signedCholesky(work, n, stride, n, inverse);
  const end = (failed >= 0 ? failed : n) as usize;
  for (let i: usize = 0; i < end; i++) {
    const pivot = load<f64>(work + i * (column + F64));
    if (pivot * pivot <= load<f64>(a + i * (row + F64)) * (n as f64) * EPSILON) return i as i32;
  }
  if (failed >= 0) return failed;
  for (let i = 0; i < even; i += 2) {
    const left = a + (i as usize) * row;
    const above = work + (i as usize) * F64;
    for (let j = 0; j <= i; j += 2) {
      transposeBlock(above + (j as usize) * column, column, left + (j as usize) * F64, row);
    }
  }
  if (even < n) {
    for (let j: usize = 0; j < (n as usize); j++) {
      store<f64>(a + (even as usize) * row + j * F64, load<f64>(work + j * column + (even as usize) * F64));
    }
  }
  for (let i = 0; i < n; i++) {
    memory.fill(a + (i as usize) * row + ((i + 1) as usize) * F64, 0, ((n - 1 - i) as usize) * F64);
  }
  return -1;
}

/**
 * The same from float32 to float32: the lower triangle of the n×n matrix at `a` gives all of `out`; in between, f64.
 *
 * @returns The first row whose pivot is not positive, not finite, or no more than rounding of the entry on the diagonal;
 *     −1 if there is none.
 */
export function choleskySingle(a: usize, n: i32, work: usize, stride: i32, inverse: usize, out: usize): i32 {
  const row = (n as usize) * F32;
  const column = (stride as usize) * F64;
  const even = n & ~1;
  for (let i = 0; i < even; i += 2) {
    const left = a + (i as usize) * row;
    const above = work + (i as usize) * F64;
    for (let j = 0; j <= i; j += 2) {
      const from = left + (j as usize) * F32;
      const to = above + (j as usize) * column;
      const first = f64x2.promote_low_f32x4(v128.load64_zero(from));
      const second = f64x2.promote_low_f32x4(v128.load64_zero(from + row));
      v128.store(to, v128.shuffle<f64>(first, second, 0, 2));
      v128.store(to + column, v128.shuffle<f64>(first, second, 1, 3));
    }
  }
  if (even < n) {
    for (let j: usize = 0; j < (n as usize); j++) {
      const entry = load<f32>(a + (even as usize) * row + j * F32);
      store<f64>(work + j * column + (even as usize) * F64, entry as f64);
    }
  }
  const failed = signedCholesky(work, n, stride, n, inverse);
  const end = (failed >= 0 ? failed : n) as usize;
  for (let i: usize = 0; i < end; i++) {
    const pivot = load<f64>(work + i * (column + F64));
    const entry = load<f32>(a + i * (row + F32)) as f64;
    if (pivot * pivot <= entry * (n as f64) * EPSILON) return i as i32;
  }
  if (failed >= 0) return failed;
  memory.fill(out, 0, (n as usize) * row);
  for (let i = 0; i < even; i += 2) {
    const left = out + (i as usize) * row;
    const above = work + (i as usize) * F64;
    for (let j = 0; j <= i; j += 2) {
      const from = above + (j as usize) * column;
      const to = left + (j as usize) * F32;
      const first = v128.load(from);
      const second = v128.load(from + column);
      v128.store64_lane(to, f32x4.demote_f64x2_zero(v128.shuffle<f64>(first, second, 0, 2)), 0);
      v128.store64_lane(to + row, f32x4.demote_f64x2_zero(v128.shuffle<f64>(first, second, 1, 3)), 0);
    }
    // The block on the diagonal has one entry above it.
    store<f32>(left + ((i + 1) as usize) * F32, 0);
  }
  if (even < n) {
    for (let j: usize = 0; j < (n as usize); j++) {
      const entry = load<f64>(work + j * column + (even as usize) * F64) as f32;
      store<f32>(out + (even as usize) * row + j * F32, entry);
    }
  }
  return -1;
}

/** The 2×2 block at `to` becomes the transpose of that at `from`. */
function transposeBlock(from: usize, row: usize, to: usize, rowTo: usize): void {
  const first = v128.load(from);
  const second = v128.load(from + row);
  v128.store(to, v128.shuffle<f64>(first, second, 0, 2));
  v128.store(to + rowTo, v128.shuffle<f64>(first, second, 1, 3));
}
