/** @file Substitution with a triangular matrix for several right-hand sides. */
import {addScaled, dot} from './products';

const F64: usize = 8;

/**
 * X ← T⁻¹ X, or T⁻ᵀ X, for X [n, columns] and T a triangle of the leading n×n block at `t`, whose rows are `stride` doubles
 * apart. With `unit`, the diagonal counts as ones.
 */
export function solveTriangular(
  t: usize,
  n: i32,
  stride: i32,
  x: usize,
  columns: i32,
  lower: bool,
  transpose: bool,
  unit: bool,
): void {
  const forward = lower != transpose;
  const width = (columns as usize) * F64;
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    const row = t + (i as usize) * (stride as usize) * F64;
    const own = x + (i as usize) * width;
    const from = lower ? 0 : i + 1;
    const to = lower ? i : n;
    const first = row + (from as usize) * F64;
    const others = x + (from as usize) * width;
    if (!transpose) {
      if (columns == 1) {
        store<f64>(own, load<f64>(own) - dot(first, others, to - from));
      } else {
        for (let j = 0; j < to - from; j++) {
          const at = (j as usize) * F64;
          addScaled(own, -load<f64>(first + at), others + (j as usize) * width, columns);
        }
      }
    }
    if (!unit) {
      const pivot = load<f64>(row + (i as usize) * F64);
      for (let at: usize = 0; at < width; at += F64) store<f64>(own + at, load<f64>(own + at) / pivot);
    }
    if (transpose) {
      if (columns == 1) {
        addScaled(others, -load<f64>(own), first, to - from);
      } else {
        for (let j = 0; j < to - from; j++) {
          const at = (j as usize) * F64;
          addScaled(others + (j as usize) * width, -load<f64>(first + at), own, columns);
        }
      }
    }
  }
}
