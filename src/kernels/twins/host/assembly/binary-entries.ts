/** @file Functions of two variables, entry by entry, two at a time. Which one is a number that `contracts/arrays.ts` names. */

const F64: usize = 8;

/**
 * out [rows, columns] = f(a, b). Steps are in bytes: `downA` from row to row, `acrossA` from column to column, which is 0 where a row of
 * `a` is one number; not both of `acrossA` and `acrossB` are 0.
 */
export function binary(
  which: i32,
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  switch (which) {
    case 0:
      return addRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 1:
      return subRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 2:
      return multiplyRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 3:
      return divideRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 4:
      return maximumRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 5:
      return minimumRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 6:
      return squaredDifferenceRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 7:
      return greaterRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 8:
      return greaterEqualRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 9:
      return equalRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 10:
      return notEqualRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 11:
      return andRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    default:
      return orRows(rows, columns, a, downA, acrossA, b, downB, acrossB, out);
  }
}

// A function for each: engines compile a function with many local variables slowly, and to slow code at first.

function addRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(0, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function subRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(1, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function multiplyRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(2, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function divideRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(3, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function maximumRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(4, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function minimumRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(5, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function squaredDifferenceRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(6, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function greaterRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(7, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function greaterEqualRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(8, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function equalRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(9, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function notEqualRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(10, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function andRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(11, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

function orRows(
  rows: i32,
  columns: i32,
  a: usize,
  downA: usize,
  acrossA: usize,
  b: usize,
  downB: usize,
  acrossB: usize,
  out: usize,
): void {
  Inlined.eachRow(12, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
}

/** Inlined where they are called, with constants that leave a loop without a choice in it. (Only methods may be decorated.) */
class Inlined {
  @inline
  static of2(which: i32, x: v128, y: v128): v128 {
    if (which == 0) return f64x2.add(x, y);
    if (which == 1) return f64x2.sub(x, y);
    if (which == 2) return f64x2.mul(x, y);
    if (which == 3) return f64x2.div(x, y);
    if (which == 4) return f64x2.max(x, y);
    if (which == 5) return f64x2.min(x, y);
    if (which == 6) {
      const difference = f64x2.sub(x, y);
      return f64x2.mul(difference, difference);
    }
    const one = f64x2.splat(1);
    if (which == 7) return v128.and(one, f64x2.gt(x, y));
    if (which == 8) return v128.and(one, f64x2.ge(x, y));
    if (which == 9) return v128.and(one, f64x2.eq(x, y));
    if (which == 10) return v128.and(one, f64x2.ne(x, y));
    const zero = f64x2.splat(0);
    const p = f64x2.ne(x, zero);
    const q = f64x2.ne(y, zero);
    if (which == 11) return v128.and(one, v128.and(p, q));
    return v128.and(one, v128.or(p, q));
  }

  @inline
  static eachRow(
    which: i32,
    rows: i32,
    columns: i32,
    a: usize,
    downA: usize,
    acrossA: usize,
    b: usize,
    downB: usize,
    acrossB: usize,
    out: usize,
  ): void {
    const pairs = ((columns & ~1) as usize) * F64;
    for (let i = 0; i < rows; i++) {
      const end = out + pairs;
      let p = a;
      let q = b;
      if (acrossA == 0) {
        const x = v128.load64_splat(p);
        for (; out < end; out += 16) {
          v128.store(out, Inlined.of2(which, x, v128.load(q)));
          q += 16;
        }
      } else if (acrossB == 0) {
        const y = v128.load64_splat(q);
        for (; out < end; out += 16) {
          v128.store(out, Inlined.of2(which, v128.load(p), y));
          p += 16;
        }
      } else {
        for (; out < end; out += 16) {
          v128.store(out, Inlined.of2(which, v128.load(p), v128.load(q)));
          p += 16;
          q += 16;
        }
      }
      if (columns & 1) {
        v128.store64_lane(out, Inlined.of2(which, v128.load64_zero(p), v128.load64_zero(q)), 0);
        out += F64;
      }
      a += downA;
      b += downB;
    }
  }
}
