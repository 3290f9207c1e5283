/** @file Products of matrices whose rows are multiplied by each other: sums along the rows, in both lanes. */

const F64: usize = 8;
/** Entries of a row that are multiplied at a time. */
const DEPTH = 512;
/** Rows of A that stay in the cache while those of B go by. */
const HEIGHT = 128;

/**
 * Cᵢⱼ = Σₖ Aᵢₖ Bₖⱼ for A [rows, inner], row-major, and B [inner, columns], columns > 1. What is multiplied of B is packed first.
 *
 * @param k @param j Steps through B, in bytes.
 * @param down @param right Steps through C, in bytes.
 * @param room For 4 · 512 entries.
 */
export function dots(
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
  const row = (inner as usize) * F64;
  const parts = (columns + 3) / 4;
  memory.fill(C, 0, (rows as usize) * (columns as usize) * F64);
  const height = parts > 1 ? HEIGHT : rows;
  for (let first = 0; first < inner; first += DEPTH) {
    const depth = min(DEPTH, inner - first);
    for (let top = 0; top < rows; top += height) {
      const end = min(rows, top + height);
      for (let part = 0; part < parts; part++) {
        const left = (part * columns) / parts;
        const width = ((part + 1) * columns) / parts - left;
        pack(B + (first as usize) * k + (left as usize) * j, k, j, depth, width, room);
        const a = A + (top as usize) * row + (first as usize) * F64;
        const c = C + (top as usize) * down + (left as usize) * right;
        if (width == 4) strip4(a, row, end - top, depth, room, c, down, right);
        else if (width == 3) strip3(a, row, end - top, depth, room, c, down, right);
        else strip2(a, row, end - top, depth, room, c, down, right);
        if (depth & 1)
          addLast(
            a + ((depth - 1) as usize) * F64,
            row,
            end - top,
            room + (((depth - 1) * width) as usize) * F64,
            width,
            c,
            down,
            right,
          );
      }
    }
  }
}

/** Two entries of a column, then two of the next, and so on; then the following two of each. */
function pack(b: usize, k: usize, j: usize, depth: i32, width: i32, to: usize): void {
  for (let i = 0; i < depth; i += 2) {
    for (let column = 0; column < width; column++) {
      const from = b + (column as usize) * j;
      store<f64>(to, load<f64>(from));
      store<f64>(to, i + 1 < depth ? load<f64>(from + k) : 0, 8);
      to += 16;
    }
    b += 2 * k;
  }
}

/** The product with the last entry of rows of odd length. */
function addLast(
  a: usize,
  row: usize,
  rows: i32,
  b: usize,
  width: i32,
  c: usize,
  down: usize,
  right: usize,
): void {
  for (let i = 0; i < rows; i++) {
    const x = load<f64>(a);
    for (let j = 0; j < width; j++) {
      const to = c + (j as usize) * right;
      store<f64>(to, load<f64>(to) + x * load<f64>(b + ((j as usize) << 4)));
    }
    a += row;
    c += down;
  }
}

// The entry exports these, so that they stay functions: within `dots` there would be too few registers.
export function strip2(
  a: usize,
  row: usize,
  rows: i32,
  depth: i32,
  b: usize,
  c: usize,
  down: usize,
  right: usize,
): void {
  Inlined.strip(2, a, row, rows, depth, b, c, down, right);
}

export function strip3(
  a: usize,
  row: usize,
  rows: i32,
  depth: i32,
  b: usize,
  c: usize,
  down: usize,
  right: usize,
): void {
  Inlined.strip(3, a, row, rows, depth, b, c, down, right);
}

export function strip4(
  a: usize,
  row: usize,
  rows: i32,
  depth: i32,
  b: usize,
  c: usize,
  down: usize,
  right: usize,
): void {
  Inlined.strip(4, a, row, rows, depth, b, c, down, right);
}

/** Inlined where they are called, with constants that leave a loop without a choice in it. (Only methods may be decorated.) */
class Inlined {
  @inline
  static strip(
    width: i32,
    a: usize,
    row: usize,
    rows: i32,
    depth: i32,
    b: usize,
    c: usize,
    down: usize,
    right: usize,
  ): void {
    let i = 0;
    for (; i + 2 <= rows; i += 2) {
      Inlined.tile(true, width, a, row, depth, b, c, down, right);
      a += 2 * row;
      c += 2 * down;
    }
    if (i < rows) Inlined.tile(false, width, a, row, depth, b, c, down, right);
  }

  /** Two rows of A, or one, with up to four columns of B: eight sums. With ten, engines begin to keep some in memory. */
  @inline
  static tile(
    two: bool,
    width: i32,
    a: usize,
    row: usize,
    depth: i32,
    b: usize,
    c: usize,
    down: usize,
    right: usize,
  ): void {
    let a1 = a + row;
    let s00 = f64x2.splat(0);
    let s01 = s00;
    let s02 = s00;
    let s03 = s00;
    let s10 = s00;
    let s11 = s00;
    let s12 = s00;
    let s13 = s00;
    const end = a + ((depth & ~1) as usize) * F64;
    while (a < end) {
      const x = v128.load(a);
      const y = two ? v128.load(a1) : x;
      let value = v128.load(b);
      s00 = f64x2.add(s00, f64x2.mul(x, value));
      if (two) s10 = f64x2.add(s10, f64x2.mul(y, value));
      value = v128.load(b, 16);
      s01 = f64x2.add(s01, f64x2.mul(x, value));
      if (two) s11 = f64x2.add(s11, f64x2.mul(y, value));
      if (width > 2) {
        value = v128.load(b, 32);
        s02 = f64x2.add(s02, f64x2.mul(x, value));
        if (two) s12 = f64x2.add(s12, f64x2.mul(y, value));
      }
      if (width > 3) {
        value = v128.load(b, 48);
        s03 = f64x2.add(s03, f64x2.mul(x, value));
        if (two) s13 = f64x2.add(s13, f64x2.mul(y, value));
      }
      a += 16;
      if (two) a1 += 16;
      b += 16 * (width as usize);
    }
    Inlined.put(c, s00);
    Inlined.put(c + right, s01);
    if (width > 2) Inlined.put(c + 2 * right, s02);
    if (width > 3) Inlined.put(c + 3 * right, s03);
    if (two) {
      c += down;
      Inlined.put(c, s10);
      Inlined.put(c + right, s11);
      if (width > 2) Inlined.put(c + 2 * right, s12);
      if (width > 3) Inlined.put(c + 3 * right, s13);
    }
  }

  @inline
  static put(c: usize, sums: v128): void {
    store<f64>(c, load<f64>(c) + f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
  }
}
