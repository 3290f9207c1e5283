/** @file Row and column scaling by powers of two, without rounding. */

const F64: usize = 8;
const I32: usize = 4;

/**
 * Scales the n×n matrix `a` in place: the largest entry of each column, and as far as that allows of each row, lies in
 * [1, 2). Row i has been divided by 2^rows[i], column j by 2^columns[j].
 *
 * @param largest Room for n doubles.
 * @returns The largest entry; NaN if an entry is.
 */
export function scaleInPlace(a: usize, n: i32, rows: usize, columns: usize, largest: usize): f64 {
  const width = (n as usize) * F64;
  memory.fill(largest, 0, width);
  for (let i = 0; i < n; i++) {
    const row = a + (i as usize) * width;
    let pair = f64x2.splat(0);
    let at: usize = 0;
    for (; at + 16 <= width; at += 16) pair = f64x2.max(pair, f64x2.abs(v128.load(row + at)));
    let most = max(f64x2.extract_lane(pair, 0), f64x2.extract_lane(pair, 1));
    if (at < width) most = max(most, abs(load<f64>(row + at)));
    const exponent = exponentOf(most);
    store<i32>(rows + (i as usize) * I32, exponent);
    const factor = powerOfTwo(-exponent);
    const factors = f64x2.splat(factor);
    for (at = 0; at + 16 <= width; at += 16) {
      const scaled = f64x2.mul(factors, v128.load(row + at));
      v128.store(row + at, scaled);
      v128.store(largest + at, f64x2.max(v128.load(largest + at), f64x2.abs(scaled)));
    }
    if (at < width) {
      const scaled = factor * load<f64>(row + at);
      store<f64>(row + at, scaled);
      store<f64>(largest + at, max(load<f64>(largest + at), abs(scaled)));
    }
  }
  let all: f64 = 0;
  for (let j: usize = 0; j < (n as usize); j++) {
    const most = load<f64>(largest + j * F64);
    const exponent = exponentOf(most);
    store<i32>(columns + j * I32, exponent);
    const factor = powerOfTwo(-exponent);
    store<f64>(largest + j * F64, factor);
    all = max(all, most * factor);
  }
  for (let i = 0; i < n; i++) {
    const row = a + (i as usize) * width;
    let at: usize = 0;
    for (; at + 16 <= width; at += 16) {
      v128.store(row + at, f64x2.mul(v128.load(largest + at), v128.load(row + at)));
    }
    if (at < width) store<f64>(row + at, load<f64>(largest + at) * load<f64>(row + at));
  }
  return all;
}

/** Row i of X [n, columns] times 2^−exponents[i]. */
export function scaleRows(x: usize, n: i32, columns: i32, exponents: usize): void {
  for (let i = 0; i < n; i++) {
    const factor = powerOfTwo(-load<i32>(exponents + (i as usize) * I32));
    for (let c = 0; c < columns; c++) {
      store<f64>(x, factor * load<f64>(x));
      x += F64;
    }
  }
}

/** ⌊log₂ x⌋ for a normal x > 0, and 0 for 0; no more than 1022, so that its negative is the exponent of a normal number. */
function exponentOf(x: f64): i32 {
  if (x == 0) return 0;
  return min(((reinterpret<u64>(x) >> 52) as i32 & 0x7ff) - 1023, 1022);
}

/** 2^exponent for −1022 ≤ exponent ≤ 1023. */
function powerOfTwo(exponent: i32): f64 {
  return reinterpret<f64>(((exponent + 1023) as u64) << 52);
}
