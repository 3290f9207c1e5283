/** @file Solves with the factors of a sparse symmetric matrix: see `SparsePlan` and `SparseFactors` in contracts/sparse.ts. */
import {addScaled, dot} from './products';
import {at32, strideOf} from './sparse-arrays';
import {NARROW} from './sparse-narrow';

const F64: usize = 8;

/** yᵢ −= value·rowₖ. */
function subtract(y: usize, i: i32, value: f64, row: usize, k: i32): void {
  const p = y + (i as usize) * F64;
  store<f64>(p, load<f64>(p) - value * load<f64>(row + (k as usize) * F64));
}

/** yᵢ rowₖ. */
function product(y: usize, i: i32, row: usize, k: i32): f64 {
  return load<f64>(y + (i as usize) * F64) * load<f64>(row + (k as usize) * F64);
}

export function solve(
  n: i32,
  order: usize,
  supernodes: i32,
  first: usize,
  rowStarts: usize,
  rows: usize,
  panelStarts: usize,
  panels: usize,
  inverse: usize,
  signs: usize,
  y: usize,
  part: usize,
  x: usize,
): void {
  for (let k = 0; k < n; k++) {
    store<f64>(y + (k as usize) * F64, load<f64>(x + (at32(order, k) as usize) * F64));
  }
  for (let s = 0; s < supernodes; s++) {
    const begin = at32(first, s);
    const own = at32(first, s + 1) - begin;
    const others = at32(rowStarts, s + 1) - at32(rowStarts, s);
    const stride = (strideOf(own, others) as usize) * F64;
    const ends = (((own + 3) & ~3) as usize) * F64;
    const list = rows + ((at32(rowStarts, s) as usize) << 2);
    let row = panels + (at32(panelStarts, s) as usize) * F64;
    if (own <= NARROW) {
      for (let k = 0; k < own; k++) {
        const p = y + ((begin + k) as usize) * F64;
        const value = load<f64>(p) * load<f64>(inverse + ((begin + k) as usize) * F64);
        store<f64>(p, value);
        // Most right-hand sides have zeros, and so do parts of their solution.
        if (value != 0) {
          for (let j = k + 1; j < own; j++) subtract(y, begin + j, value, row, j);
          for (let e = 0; e < others; e++) subtract(y, at32(list, e), value, row + ends, e);
        }
        row += stride;
      }
      continue;
    }
    memory.fill(part, 0, (others as usize) * F64);
    for (let k = 0; k < own; k++) {
      const p = y + ((begin + k) as usize) * F64;
      const value = load<f64>(p) * load<f64>(inverse + ((begin + k) as usize) * F64);
      store<f64>(p, value);
      addScaled(p + F64, -value, row + ((k + 1) as usize) * F64, own - k - 1);
      addScaled(part, value, row + ends, others);
      row += stride;
    }
    for (let e = 0; e < others; e++) {
      const p = y + (at32(list, e) as usize) * F64;
      store<f64>(p, load<f64>(p) - load<f64>(part + (e as usize) * F64));
    }
  }
  for (let k = 0; k < n; k++) {
    const p = y + (k as usize) * F64;
    store<f64>(p, load<f64>(p) * load<f64>(signs + (k as usize) * F64));
  }
  for (let s = supernodes - 1; s >= 0; s--) {
    const begin = at32(first, s);
    const own = at32(first, s + 1) - begin;
    const others = at32(rowStarts, s + 1) - at32(rowStarts, s);
    const stride = (strideOf(own, others) as usize) * F64;
    const ends = (((own + 3) & ~3) as usize) * F64;
    const list = rows + ((at32(rowStarts, s) as usize) << 2);
    const panel = panels + (at32(panelStarts, s) as usize) * F64;
    if (own <= NARROW) {
      for (let k = own - 1; k >= 0; k--) {
        const row = panel + (k as usize) * stride;
        const p = y + ((begin + k) as usize) * F64;
        let sum = load<f64>(p);
        for (let j = k + 1; j < own; j++) sum -= product(y, begin + j, row, j);
        for (let e = 0; e < others; e++) sum -= product(y, at32(list, e), row + ends, e);
        store<f64>(p, sum * load<f64>(inverse + ((begin + k) as usize) * F64));
      }
      continue;
    }
    for (let e = 0; e < others; e++) {
      store<f64>(part + (e as usize) * F64, load<f64>(y + (at32(list, e) as usize) * F64));
    }
    for (let k = own - 1; k >= 0; k--) {
      const row = panel + (k as usize) * stride;
      const p = y + ((begin + k) as usize) * F64;
      const inside = dot(row + ((k + 1) as usize) * F64, p + F64, own - k - 1);
      const outside = dot(row + ends, part, others);
      store<f64>(p, (load<f64>(p) - inside - outside) * load<f64>(inverse + ((begin + k) as usize) * F64));
    }
  }
  for (let k = 0; k < n; k++) {
    store<f64>(x + (at32(order, k) as usize) * F64, load<f64>(y + (k as usize) * F64));
  }
}
