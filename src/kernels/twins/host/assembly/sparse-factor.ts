/**
 * @file Factors a sparse symmetric matrix, supernode by supernode. `SparsePlan` and `SparseFactors` in
 * contracts/sparse.ts say what the arrays hold. Pointers are byte offsets.
 */
import {addScaled} from './products';
import {at32, strideOf} from './sparse-arrays';
import {updateTile} from './tile';

const F64: usize = 8;

export function factor(
  supernodes: i32,
  first: usize,
  rowStarts: usize,
  relative: usize,
  childStarts: usize,
  children: usize,
  panelStarts: usize,
  workStarts: usize,
  keptStarts: usize,
  entryStarts: usize,
  sources: usize,
  targets: usize,
  values: usize,
  panels: usize,
  inverse: usize,
  signs: usize,
  stack: usize,
  weighted: usize,
  least: f64,
  instead: f64,
): i32 {
  let replaced = 0;
  for (let s = 0; s < supernodes; s++) {
    const begin = at32(first, s);
    const own = at32(first, s + 1) - begin;
    const others = at32(rowStarts, s + 1) - at32(rowStarts, s);
    const stride = (strideOf(own, others) as usize) * F64;
    const padded = (others + 3) & ~3;
    const row = (padded as usize) * F64;
    const panel = panels + (at32(panelStarts, s) as usize) * F64;
    const work = stack + (at32(workStarts, s) as usize) * F64;
    memory.fill(panel, 0, (own as usize) * stride);
    memory.fill(work, 0, (padded as usize) * row);
    for (let e = at32(entryStarts, s), end = at32(entryStarts, s + 1); e < end; e++) {
      const p = panel + (at32(targets, e) as usize) * F64;
      store<f64>(p, load<f64>(p) + load<f64>(values + (at32(sources, e) as usize) * F64));
    }
    for (let c = at32(childStarts, s), end = at32(childStarts, s + 1); c < end; c++) {
      const child = at32(children, c);
      const from = at32(rowStarts, child);
      const kept = stack + (at32(keptStarts, child) as usize) * F64;
      addContribution(
        kept,
        at32(rowStarts, child + 1) - from,
        relative + ((from as usize) << 2),
        own,
        panel,
        stride,
        work,
        row,
      );
    }
    const signsHere = signs + (begin as usize) * F64;
    const inverseHere = inverse + (begin as usize) * F64;
    const found = factorPanel(
      panel,
      own,
      own + others,
      stride,
      signsHere,
      inverseHere,
      weighted,
      least,
      instead,
    );
    if (found < 0) return -1;
    replaced += found;
    for (let i = 0; i < padded; i += 4) {
      const left = weighted + ((own + i) as usize) * F64;
      for (let j = i; j < padded; j += 4) {
        const above = panel + ((own + j) as usize) * F64;
        updateTile(
          work + (i as usize) * row + (j as usize) * F64,
          row,
          left,
          stride,
          above,
          stride,
          own,
          false,
        );
      }
    }
    const to = stack + (at32(keptStarts, s) as usize) * F64;
    if (to != work) memory.copy(to, work, (others as usize) * row);
  }
  return replaced;
}

/** Adds the contribution [count, count] of a child to the panel of its parent, and to the parent's own contribution. */
function addContribution(
  from: usize,
  count: i32,
  relative: usize,
  own: i32,
  panel: usize,
  stride: usize,
  work: usize,
  row: usize,
): void {
  const width = (((count + 3) & ~3) as usize) * F64;
  for (let a = 0; a < count; a++) {
    const place = at32(relative, a);
    const to =
      place < own
        ? panel + (place as usize) * stride
        : work + ((place - own) as usize) * row - (own as usize) * F64;
    for (let b = a; b < count; b++) {
      const p = to + (at32(relative, b) as usize) * F64;
      store<f64>(p, load<f64>(p) + load<f64>(from + (b as usize) * F64));
    }
    from += width;
  }
}

/**
 * Factors the `own` rows of a panel, `all` columns; `weighted` receives D times them.
 *
 * @returns The number of pivots that were replaced, or −1.
 */
function factorPanel(
  panel: usize,
  own: i32,
  all: i32,
  stride: usize,
  signs: usize,
  inverse: usize,
  weighted: usize,
  least: f64,
  instead: f64,
): i32 {
  let replaced = 0;
  for (let i = 0; i < own; i += 4) {
    const rows = min(4, own - i);
    const block = panel + (i as usize) * stride;
    if (i > 0 && rows == 4) {
      const left = weighted + (i as usize) * F64;
      for (let j = i; j < all; j += 4) {
        const column = (j as usize) * F64;
        updateTile(block + column, stride, left, stride, panel + column, stride, i, false);
      }
    }
    for (let r = 0; r < rows; r++) {
      const k = i + r;
      const here = block + (r as usize) * stride + (k as usize) * F64;
      for (let q = rows == 4 ? i : 0; q < k; q++) {
        const above = (q as usize) * stride + (k as usize) * F64;
        addScaled(here, -load<f64>(weighted + above), panel + above, all - k);
      }
      const sign = load<f64>(signs + (k as usize) * F64);
      let pivot = load<f64>(here) * sign;
      if (!(Math.abs(pivot) < Infinity)) return -1;
      if (!(pivot > least)) {
        pivot = instead;
        replaced++;
      }
      const root = Math.sqrt(pivot);
      store<f64>(inverse + (k as usize) * F64, 1 / root);
      store<f64>(here, root);
      const scale = sign / root;
      const copy = weighted + (k as usize) * stride + (k as usize) * F64;
      store<f64>(copy, sign * root);
      for (let j: usize = F64, end = ((all - k) as usize) * F64; j < end; j += F64) {
        const value = load<f64>(here + j) * scale;
        store<f64>(here + j, value);
        store<f64>(copy + j, value * sign);
      }
      // The tiles read what is behind the last column.
      for (let j = ((all - k) as usize) * F64, end = stride - (k as usize) * F64; j < end; j += F64)
        store<f64>(copy + j, 0);
    }
  }
  return replaced;
}
