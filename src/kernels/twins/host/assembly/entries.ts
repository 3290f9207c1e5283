/** @file Copies of entries, choices between them, their limits, and their size. */

const F64: usize = 8;

/** Whether all entries are at most `limit` in size. */
export function within(limit: f64, count: i32, x: usize): bool {
  let largest = f64x2.splat(0);
  const end = x + ((count & ~1) as usize) * F64;
  for (; x < end; x += 16) largest = f64x2.max(largest, f64x2.abs(v128.load(x)));
  if (count & 1) largest = f64x2.max(largest, f64x2.abs(v128.load64_zero(x)));
  return f64x2.extract_lane(largest, 0) <= limit && f64x2.extract_lane(largest, 1) <= limit;
}

/** out = x between two limits. */
export function clip(count: i32, x: usize, low: f64, high: f64, out: usize): void {
  const least = f64x2.splat(low);
  const most = f64x2.splat(high);
  const end = out + ((count & ~1) as usize) * F64;
  while (out < end) {
    v128.store(out, f64x2.min(f64x2.max(v128.load(x), least), most));
    x += 16;
    out += 16;
  }
  if (count & 1) v128.store64_lane(out, f64x2.min(f64x2.max(v128.load64_zero(x), least), most), 0);
}

/**
 * out [rows, columns] = yes where the condition is not zero, else no. The steps through the condition are in bytes, as in `binary`; with
 * `across` 0 a row is one choice.
 */
export function select(
  rows: i32,
  columns: i32,
  condition: usize,
  down: usize,
  across: usize,
  yes: usize,
  no: usize,
  out: usize,
): void {
  const row = (columns as usize) * F64;
  for (let i = 0; i < rows; i++) {
    if (across == 0) memory.copy(out, load<f64>(condition) != 0 ? yes : no, row);
    else chosen(columns, condition, yes, no, out);
    condition += down;
    yes += row;
    no += row;
    out += row;
  }
}

function chosen(count: i32, condition: usize, yes: usize, no: usize, out: usize): void {
  const zero = f64x2.splat(0);
  const end = out + ((count & ~1) as usize) * F64;
  while (out < end) {
    const mask = f64x2.ne(v128.load(condition), zero);
    v128.store(out, v128.bitselect(v128.load(yes), v128.load(no), mask));
    condition += 16;
    yes += 16;
    no += 16;
    out += 16;
  }
  if (count & 1) store<f64>(out, load<f64>(condition) != 0 ? load<f64>(yes) : load<f64>(no));
}

/** Copies `count` blocks of `size` entries; the steps from block to block are in bytes. */
export function blocks(x: usize, stepX: usize, out: usize, stepOut: usize, count: i32, size: i32): void {
  const bytes = (size as usize) * F64;
  for (let i = 0; i < count; i++) {
    if (size < 8) for (let at: usize = 0; at < bytes; at += F64) store<f64>(out + at, load<f64>(x + at));
    else memory.copy(out, x, bytes);
    x += stepX;
    out += stepOut;
  }
}
