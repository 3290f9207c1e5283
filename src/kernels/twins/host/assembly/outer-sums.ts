/** @file Products of matrices as sums of outer products: the lanes are entries that lie side by side in one of the two. */

const F64: usize = 8;
/** Outer products that are added before their sum is stored. */
const DEPTH = 16;
/** Entries of a row that stay in the cache. */
const LENGTH = 512;
/** Columns whose sums stay in the cache. */
const WIDTH = 16;
/** Rows so many bytes apart compete for the same places of the cache. */
const CROWDED = 2048;
/** The distance of rows that are copied for that reason, in entries. */
const APART = LENGTH + 8;

/**
 * Cᵢⱼ = Σₖ Aₖᵢ Bₖⱼ for A [inner, rows], row-major, and B [inner, columns], columns > 1.
 *
 * @param k @param j Steps through B, in bytes.
 * @param down @param right Steps through C, in bytes.
 * @param room For 16 · 512 entries, and 16 · 520 more.
 */
export function outerSums(
  A: usize,
  rows: i32,
  inner: i32,
  B: usize,
  k: usize,
  j: usize,
  columns: i32,
  C: usize,
  down: usize,
  right: usize,
  room: usize,
): void {
  const row = (rows as usize) * F64;
  const groups = (columns + WIDTH - 1) / WIDTH;
  // Sums that lie side by side are stored two at a time, and moved afterwards where those of C lie elsewhere.
  const direct = down == F64;
  if (direct) memory.fill(C, 0, (rows as usize) * (columns as usize) * F64);
  const crowded = row % CROWDED == 0 && inner > 4;
  const copies = room + ((WIDTH * LENGTH) as usize) * F64;
  const step = crowded ? (APART as usize) * F64 : row;
  for (let top = 0; top < rows; top += LENGTH) {
    const length = min(LENGTH, rows - top);
    for (let group = 0; group < groups; group++) {
      const left = (group * columns) / groups;
      const width = ((group + 1) * columns) / groups - left;
      const c = C + (top as usize) * down + (left as usize) * right;
      const sums = direct ? c : room;
      const across = direct ? right : (length as usize) * F64;
      const parts = (width + 3) / 4;
      if (!direct) memory.fill(room, 0, (width as usize) * across);
      for (let first = 0; first < inner; first += DEPTH) {
        const depth = min(DEPTH, inner - first);
        let a = A + (first as usize) * row + (top as usize) * F64;
        if (crowded) {
          for (let i = 0; i < depth; i++) {
            memory.copy(copies + (i as usize) * step, a + (i as usize) * row, (length as usize) * F64);
          }
          a = copies;
        }
        for (let part = 0; part < parts; part++) {
          const from = (part * width) / parts;
          const count = ((part + 1) * width) / parts - from;
          const b = B + (first as usize) * k + ((left + from) as usize) * j;
          const to = sums + (from as usize) * across;
          if (count == 4) column4(a, step, length, depth, b, k, j, to, across);
          else if (count == 3) column3(a, step, length, depth, b, k, j, to, across);
          else column2(a, step, length, depth, b, k, j, to, across);
        }
      }
      if (!direct) move(room, length, width, c, down, right);
    }
  }
}

function move(from: usize, length: i32, width: i32, c: usize, down: usize, right: usize): void {
  for (let i = 0; i < width; i++) {
    let to = c + (i as usize) * right;
    for (const end = from + (length as usize) * F64; from < end; from += F64) {
      store<f64>(to, load<f64>(from));
      to += down;
    }
  }
}

// The entry exports these, so that they stay functions: within `outerSums` there would be too few registers.
export function column2(
  a: usize,
  row: usize,
  length: i32,
  depth: i32,
  b: usize,
  k: usize,
  j: usize,
  c: usize,
  right: usize,
): void {
  Inlined.strip(2, a, row, length, depth, b, k, j, c, right);
}

export function column3(
  a: usize,
  row: usize,
  length: i32,
  depth: i32,
  b: usize,
  k: usize,
  j: usize,
  c: usize,
  right: usize,
): void {
  Inlined.strip(3, a, row, length, depth, b, k, j, c, right);
}

export function column4(
  a: usize,
  row: usize,
  length: i32,
  depth: i32,
  b: usize,
  k: usize,
  j: usize,
  c: usize,
  right: usize,
): void {
  Inlined.strip(4, a, row, length, depth, b, k, j, c, right);
}

/** Inlined where they are called, with constants that leave a loop without a choice in it. (Only methods may be decorated.) */
class Inlined {
  @inline
  static strip(
    width: i32,
    a: usize,
    row: usize,
    length: i32,
    depth: i32,
    b: usize,
    k: usize,
    j: usize,
    c: usize,
    right: usize,
  ): void {
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      Inlined.tile(4, width, a, row, depth, b, k, j, c, right);
      a += 32;
      c += 32;
    }
    if (i + 2 <= length) {
      Inlined.tile(2, width, a, row, depth, b, k, j, c, right);
      a += 16;
      c += 16;
      i += 2;
    }
    if (i < length) Inlined.tile(1, width, a, row, depth, b, k, j, c, right);
  }

  /** Four entries of A's rows, or two, or one, with up to four columns of B: eight sums. With ten, engines begin to keep some in memory. */
  @inline
  static tile(
    height: i32,
    width: i32,
    a: usize,
    row: usize,
    depth: i32,
    b: usize,
    k: usize,
    j: usize,
    c: usize,
    right: usize,
  ): void {
    const c1 = c + right;
    const c2 = c1 + right;
    const c3 = c2 + right;
    let s00 = height > 1 ? v128.load(c) : v128.load64_zero(c);
    let s10 = height > 2 ? v128.load(c, 16) : s00;
    let s01 = width > 1 ? (height > 1 ? v128.load(c1) : v128.load64_zero(c1)) : s00;
    let s11 = width > 1 && height > 2 ? v128.load(c1, 16) : s00;
    let s02 = width > 2 ? (height > 1 ? v128.load(c2) : v128.load64_zero(c2)) : s00;
    let s12 = width > 2 && height > 2 ? v128.load(c2, 16) : s00;
    let s03 = width > 3 ? (height > 1 ? v128.load(c3) : v128.load64_zero(c3)) : s00;
    let s13 = width > 3 && height > 2 ? v128.load(c3, 16) : s00;
    let b1 = b + j;
    let b2 = b1 + j;
    let b3 = b2 + j;
    for (let i = 0; i < depth; i++) {
      const x = height > 1 ? v128.load(a) : v128.load64_zero(a);
      const y = height > 2 ? v128.load(a, 16) : x;
      let value = v128.load64_splat(b);
      s00 = f64x2.add(s00, f64x2.mul(x, value));
      if (height > 2) s10 = f64x2.add(s10, f64x2.mul(y, value));
      if (width > 1) {
        value = v128.load64_splat(b1);
        s01 = f64x2.add(s01, f64x2.mul(x, value));
        if (height > 2) s11 = f64x2.add(s11, f64x2.mul(y, value));
        b1 += k;
      }
      if (width > 2) {
        value = v128.load64_splat(b2);
        s02 = f64x2.add(s02, f64x2.mul(x, value));
        if (height > 2) s12 = f64x2.add(s12, f64x2.mul(y, value));
        b2 += k;
      }
      if (width > 3) {
        value = v128.load64_splat(b3);
        s03 = f64x2.add(s03, f64x2.mul(x, value));
        if (height > 2) s13 = f64x2.add(s13, f64x2.mul(y, value));
        b3 += k;
      }
      a += row;
      b += k;
    }
    Inlined.put(height, c, s00, s10);
    if (width > 1) Inlined.put(height, c1, s01, s11);
    if (width > 2) Inlined.put(height, c2, s02, s12);
    if (width > 3) Inlined.put(height, c3, s03, s13);
  }

  @inline
  static put(height: i32, c: usize, s0: v128, s1: v128): void {
    if (height > 1) v128.store(c, s0);
    else v128.store64_lane(c, s0, 0);
    if (height > 2) v128.store(c, s1, 16);
  }
}
