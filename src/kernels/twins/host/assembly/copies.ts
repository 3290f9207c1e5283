/** @file Copies of matrices, with scaling. */

const F64: usize = 8;

/** The upper triangle of `to` = that of `from`, both n×n. */
export function copyUpper(from: usize, strideFrom: i32, to: usize, strideTo: i32, n: i32): void {
  for (let i = 0; i < n; i++) {
    const diagonal = (i as usize) * F64;
    const source = from + (i as usize) * (strideFrom as usize) * F64 + diagonal;
    const target = to + (i as usize) * (strideTo as usize) * F64 + diagonal;
    memory.copy(target, source, ((n - i) as usize) * F64);
  }
}

/** to = diag(left) A diag(right) for `rows` rows of n entries. */
export function scale(A: usize, rows: i32, n: i32, left: usize, right: usize, to: usize): void {
  for (let i = 0; i < rows; i++) {
    const value = load<f64>(left + (i as usize) * F64);
    const factor = f64x2.splat(value);
    let r = right;
    let j = 0;
    for (; j + 2 <= n; j += 2) {
      v128.store(to, f64x2.mul(f64x2.mul(factor, v128.load(A)), v128.load(r)));
      A += 16;
      to += 16;
      r += 16;
    }
    if (j < n) {
      store<f64>(to, value * load<f64>(A) * load<f64>(r));
      A += 8;
      to += 8;
    }
  }
}

/** The upper triangle of `to` = that of diag(units) P diag(units), P n×n without padding. */
export function scaleUpper(P: usize, n: i32, units: usize, to: usize, strideTo: i32): void {
  const row = (n as usize) * F64;
  const end = units + row;
  for (let i = 0; i < n; i++) {
    const diagonal = (i as usize) * F64;
    let a = P + (i as usize) * row + diagonal;
    let target = to + (i as usize) * (strideTo as usize) * F64 + diagonal;
    let u = units + diagonal;
    const value = load<f64>(u);
    const factor = f64x2.splat(value);
    for (; u + 16 <= end; u += 16) {
      v128.store(target, f64x2.mul(f64x2.mul(factor, v128.load(a)), v128.load(u)));
      a += 16;
      target += 16;
    }
    if (u < end) store<f64>(target, value * load<f64>(a) * load<f64>(u));
  }
}

/** to[a, k] = from[rows[k], a] for `count` rows of n entries: rows become columns, four at a time. */
export function copyTransposed(from: usize, n: i32, rows: usize, count: i32, to: usize, strideTo: i32): void {
  const row = (n as usize) * F64;
  const step = (strideTo as usize) * F64;
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const at = rows + ((k as usize) << 2);
    let f0 = from + (load<i32>(at) as usize) * row;
    let f1 = from + (load<i32>(at, 4) as usize) * row;
    let f2 = from + (load<i32>(at, 8) as usize) * row;
    let f3 = from + (load<i32>(at, 12) as usize) * row;
    let target = to + (k as usize) * F64;
    for (let j = 0; j < n; j++) {
      store<f64>(target, load<f64>(f0));
      store<f64>(target, load<f64>(f1), 8);
      store<f64>(target, load<f64>(f2), 16);
      store<f64>(target, load<f64>(f3), 24);
      f0 += F64;
      f1 += F64;
      f2 += F64;
      f3 += F64;
      target += step;
    }
  }
  for (; k < count; k++) {
    const source = from + (load<i32>(rows + ((k as usize) << 2)) as usize) * row;
    for (let j = 0; j < n; j++) {
      const at = (j as usize) * F64;
      store<f64>(to + (k as usize) * F64 + (j as usize) * step, load<f64>(source + at));
    }
  }
}

/** Copies the dense ones among `rows` rows of n entries to `to`, `stride` apart: those with more than `limit` entries that are not zero. */
export function packRows(
  A: usize,
  rows: i32,
  n: i32,
  limit: i32,
  to: usize,
  stride: i32,
  entries: usize,
): void {
  const row = (n as usize) * F64;
  const zero = f64x2.splat(0);
  for (let i = 0; i < rows; i++) {
    let zeros = i64x2.splat(0);
    let a = A;
    let j = 0;
    for (; j + 2 <= n; j += 2) {
      // A lane that is equal is −1.
      zeros = i64x2.add(zeros, f64x2.eq(v128.load(a), zero));
      a += 16;
    }
    let count = n + (i64x2.extract_lane(zeros, 0) as i32) + (i64x2.extract_lane(zeros, 1) as i32);
    if (j < n && load<f64>(a) == 0) count--;
    store<i32>(entries + ((i as usize) << 2), count);
    if (count > limit) {
      memory.copy(to, A, row);
      to += (stride as usize) * F64;
    }
    A += row;
  }
}
