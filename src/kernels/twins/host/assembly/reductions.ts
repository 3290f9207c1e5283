/** @file Extremes and products of entries, and whether any or all differ from zero, over an axis. */

const F64: usize = 8;

/**
 * out [outer, inner] = a reduction of x [outer, count, inner] over its second axis: 0 the largest entry, 1 the smallest, 2 the product,
 * 3 whether none is zero, 4 whether any is not zero. NaN is the extreme of what has it.
 */
export function reduce(which: i32, x: usize, outer: i32, count: i32, inner: i32, out: usize): void {
  switch (which) {
    case 0:
      return largestOf(x, outer, count, inner, out);
    case 1:
      return smallestOf(x, outer, count, inner, out);
    case 2:
      return productOf(x, outer, count, inner, out);
    case 3:
      return allOf(x, outer, count, inner, out);
    default:
      return anyOf(x, outer, count, inner, out);
  }
}

function largestOf(x: usize, outer: i32, count: i32, inner: i32, out: usize): void {
  Inlined.over(0, x, outer, count, inner, out);
}

function smallestOf(x: usize, outer: i32, count: i32, inner: i32, out: usize): void {
  Inlined.over(1, x, outer, count, inner, out);
}

function productOf(x: usize, outer: i32, count: i32, inner: i32, out: usize): void {
  Inlined.over(2, x, outer, count, inner, out);
}

function allOf(x: usize, outer: i32, count: i32, inner: i32, out: usize): void {
  Inlined.over(3, x, outer, count, inner, out);
}

function anyOf(x: usize, outer: i32, count: i32, inner: i32, out: usize): void {
  Inlined.over(4, x, outer, count, inner, out);
}

/** Inlined with constants, as in `entries.ts`. */
class Inlined {
  @inline
  static first(which: i32): v128 {
    if (which == 0) return f64x2.splat(-Infinity);
    if (which == 1) return f64x2.splat(Infinity);
    return f64x2.splat(which == 4 ? 0 : 1);
  }

  @inline
  static next(which: i32, total: v128, x: v128): v128 {
    if (which == 0) return f64x2.max(total, x);
    if (which == 1) return f64x2.min(total, x);
    if (which == 2) return f64x2.mul(total, x);
    const flag = v128.and(f64x2.splat(1), f64x2.ne(x, f64x2.splat(0)));
    return which == 3 ? v128.and(total, flag) : v128.or(total, flag);
  }

  /** The reduction of one column with steps of `step` bytes, in both lanes. */
  @inline
  static column(which: i32, x: usize, count: i32, step: usize): v128 {
    let total = Inlined.first(which);
    const end = x + (count as usize) * step;
    for (; x < end; x += step) total = Inlined.next(which, total, v128.load64_splat(x));
    return total;
  }

  @inline
  static over(which: i32, x: usize, outer: i32, count: i32, inner: i32, out: usize): void {
    const row = (inner as usize) * F64;
    for (let i = 0; i < outer; i++) {
      if (inner == 1) {
        let total = Inlined.first(which);
        const end = x + ((count & ~1) as usize) * F64;
        for (; x < end; x += 16) total = Inlined.next(which, total, v128.load(x));
        total = Inlined.next(which, total, i64x2.shuffle(total, total, 1, 0));
        if (count & 1) {
          total = Inlined.next(which, total, v128.load64_splat(x));
          x += F64;
        }
        v128.store64_lane(out, total, 0);
        out += F64;
        continue;
      }
      const end = out + row;
      const pairs = out + ((inner & ~1) as usize) * F64;
      let from = x;
      for (; out < pairs; out += 16) {
        let total = Inlined.first(which);
        let at = from;
        for (let k = 0; k < count; k++) {
          total = Inlined.next(which, total, v128.load(at));
          at += row;
        }
        v128.store(out, total);
        from += 16;
      }
      if (out < end) {
        v128.store64_lane(out, Inlined.column(which, from, count, row), 0);
        out += F64;
      }
      x += (count as usize) * row;
    }
  }
}
