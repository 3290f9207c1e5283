/** @file Functions of one and of two variables, entry by entry, two at a time. Which one is a number that `contracts/arrays.ts` names. */

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
      return Inlined.eachRow(0, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 1:
      return Inlined.eachRow(1, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 2:
      return Inlined.eachRow(2, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 3:
      return Inlined.eachRow(3, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 4:
      return Inlined.eachRow(4, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 5:
      return Inlined.eachRow(5, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 6:
      return Inlined.eachRow(6, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 7:
      return Inlined.eachRow(7, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 8:
      return Inlined.eachRow(8, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    case 9:
      return Inlined.eachRow(9, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
    default:
      return Inlined.eachRow(10, rows, columns, a, downA, acrossA, b, downB, acrossB, out);
  }
}

/** out = f(x). */
export function unary(which: i32, count: i32, x: usize, out: usize): void {
  switch (which) {
    case 0:
      return Inlined.unaryOf(0, count, x, out);
    case 1:
      return Inlined.unaryOf(1, count, x, out);
    case 2:
      return Inlined.unaryOf(2, count, x, out);
    case 3:
      return Inlined.unaryOf(3, count, x, out);
    default:
      return Inlined.unaryOf(4, count, x, out);
  }
}

/** out = yes where the condition is not zero, else no. */
export function select(count: i32, condition: usize, yes: usize, no: usize, out: usize): void {
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
    return v128.and(one, f64x2.ne(x, y));
  }

  @inline
  static of1(which: i32, x: v128): v128 {
    if (which == 0) return f64x2.neg(x);
    if (which == 1) return f64x2.abs(x);
    if (which == 2) return f64x2.sqrt(x);
    if (which == 3) return f64x2.mul(x, x);
    return v128.andnot(x, f64x2.le(x, f64x2.splat(0)));
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

  @inline
  static unaryOf(which: i32, count: i32, x: usize, out: usize): void {
    const end = out + ((count & ~1) as usize) * F64;
    while (out < end) {
      v128.store(out, Inlined.of1(which, v128.load(x)));
      x += 16;
      out += 16;
    }
    if (count & 1) v128.store64_lane(out, Inlined.of1(which, v128.load64_zero(x)), 0);
  }
}
