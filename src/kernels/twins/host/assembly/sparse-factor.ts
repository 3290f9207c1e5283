/**
 * @file Factors a sparse symmetric matrix, supernode by supernode. `SparsePlan` and `SparseFactors` in
 * contracts/sparse.ts say what the arrays hold. Pointers are byte offsets.
 */
import {at32, strideOf} from './sparse-arrays';
import {factorPanel} from './sparse-panel';

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
  packed: usize,
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
    const found = factorPanel(
      panel,
      own,
      others,
      stride,
      work,
      row,
      signs + (begin as usize) * F64,
      inverse + (begin as usize) * F64,
      packed,
      least,
      instead,
    );
    if (found < 0) return -1;
    replaced += found;
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
  const ends = (own + 3) & ~3;
  for (let a = 0; a < count; a++) {
    const place = at32(relative, a);
    const to =
      place < own
        ? panel + (place as usize) * stride
        : work + ((place - ends) as usize) * row - (ends as usize) * F64;
    for (let b = a; b < count; b++) {
      const p = to + (at32(relative, b) as usize) * F64;
      store<f64>(p, load<f64>(p) + load<f64>(from + (b as usize) * F64));
    }
    from += width;
  }
}
