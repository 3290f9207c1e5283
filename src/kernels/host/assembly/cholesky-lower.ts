/** @file Cholesky factorisation of the lower triangle of a matrix without padding. */
import {signedCholesky} from './cholesky';

const F64: usize = 8;

/**
 * Overwrites the lower triangle of the n×n matrix at `a` by L with A = L Lᵀ, of which only the lower triangle is read; what
 * is above it becomes zero.
 *
 * @param work Room for `stride` rows of `stride` doubles, a multiple of 4 that is at least n.
 * @param inverse Room for `stride` doubles.
 * @returns The first row whose pivot is not positive or not finite, or −1.
 */
export function choleskyInPlace(a: usize, n: i32, work: usize, stride: i32, inverse: usize): i32 {
  const row = (n as usize) * F64;
  const column = (stride as usize) * F64;
  for (let i = 0; i < n; i++) {
    let from = a + (i as usize) * row;
    let to = work + (i as usize) * F64;
    for (let j = 0; j <= i; j++) {
      store<f64>(to, load<f64>(from));
      from += F64;
      to += column;
    }
  }
  const failed = signedCholesky(work, n, stride, n, inverse);
  if (failed >= 0) return failed;
  for (let i = 0; i < n; i++) {
    let from = work + (i as usize) * F64;
    let to = a + (i as usize) * row;
    for (let j = 0; j <= i; j++) {
      store<f64>(to, load<f64>(from));
      from += column;
      to += F64;
    }
    memory.fill(to, 0, ((n - 1 - i) as usize) * F64);
  }
  return -1;
}
