/** @file Magnitudes of a scaled matrix by rows and columns: largest ones, and sums. */

const F64: usize = 8;

/**
 * The largest magnitudes in the rows of diag(left) A diag(right), A row-major [rows, n], into `rowMaxima`; those in its
 * columns into `columnMaxima`, where they are larger than what is there. `left` and `right` are not negative.
 */
export function scaledMaxima(
  A: usize,
  rows: i32,
  n: i32,
  left: usize,
  right: usize,
  rowMaxima: usize,
  columnMaxima: usize,
): void {
  const row = (n as usize) * F64;
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    const at = (i as usize) * F64;
    const scale0 = load<f64>(left + at);
    const scale1 = load<f64>(left + at, 8);
    const factor0 = f64x2.splat(scale0);
    const factor1 = f64x2.splat(scale1);
    let largest0 = f64x2.splat(0);
    let largest1 = largest0;
    let a0 = A + (i as usize) * row;
    let a1 = a0 + row;
    let r = right;
    let c = columnMaxima;
    let j = 0;
    for (; j + 2 <= n; j += 2) {
      const scale = v128.load(r);
      const value0 = f64x2.mul(f64x2.abs(v128.load(a0)), f64x2.mul(factor0, scale));
      const value1 = f64x2.mul(f64x2.abs(v128.load(a1)), f64x2.mul(factor1, scale));
      largest0 = f64x2.pmax(largest0, value0);
      largest1 = f64x2.pmax(largest1, value1);
      v128.store(c, f64x2.pmax(v128.load(c), f64x2.pmax(value0, value1)));
      a0 += 16;
      a1 += 16;
      r += 16;
      c += 16;
    }
    let most0 = max(f64x2.extract_lane(largest0, 0), f64x2.extract_lane(largest0, 1));
    let most1 = max(f64x2.extract_lane(largest1, 0), f64x2.extract_lane(largest1, 1));
    if (j < n) {
      const value0 = abs(load<f64>(a0)) * (scale0 * load<f64>(r));
      const value1 = abs(load<f64>(a1)) * (scale1 * load<f64>(r));
      most0 = max(most0, value0);
      most1 = max(most1, value1);
      store<f64>(c, max(load<f64>(c), max(value0, value1)));
    }
    store<f64>(rowMaxima + at, most0);
    store<f64>(rowMaxima + at, most1, 8);
  }
  if (i < rows) {
    const scale = load<f64>(left + (i as usize) * F64);
    let most: f64 = 0;
    for (let j = 0; j < n; j++) {
      const at = (j as usize) * F64;
      const value = abs(load<f64>(A + (i as usize) * row + at)) * (scale * load<f64>(right + at));
      most = max(most, value);
      store<f64>(columnMaxima + at, max(load<f64>(columnMaxima + at), value));
    }
    store<f64>(rowMaxima + (i as usize) * F64, most);
  }
}

/**
 * The sums of magnitudes in the rows of A diag(right), A row-major [rows, n], into `rowSums`; those in the columns of
 * diag(left) A are added to `columnSums`.
 */
export function addMagnitudes(
  A: usize,
  rows: i32,
  n: i32,
  left: usize,
  right: usize,
  rowSums: usize,
  columnSums: usize,
): void {
  for (let i = 0; i < rows; i++) {
    const scale = abs(load<f64>(left + (i as usize) * F64));
    const factor = f64x2.splat(scale);
    let sums = f64x2.splat(0);
    let r = right;
    let c = columnSums;
    let j = 0;
    for (; j + 2 <= n; j += 2) {
      const value = f64x2.abs(v128.load(A));
      sums = f64x2.add(sums, f64x2.mul(value, f64x2.abs(v128.load(r))));
      v128.store(c, f64x2.add(v128.load(c), f64x2.mul(factor, value)));
      A += 16;
      r += 16;
      c += 16;
    }
    let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    if (j < n) {
      const value = abs(load<f64>(A));
      sum += value * abs(load<f64>(r));
      store<f64>(c, load<f64>(c) + scale * value);
      A += 8;
    }
    store<f64>(rowSums + (i as usize) * F64, sum);
  }
}

/**
 * P ← ½(P + Pᵀ) for a row-major n×n matrix.
 *
 * @returns The largest |Pᵢⱼ − Pⱼᵢ|; NaN if an entry is not finite.
 */
export function symmetrize(P: usize, n: i32): f64 {
  const row = (n as usize) * F64;
  const half = f64x2.splat(0.5);
  let most = f64x2.splat(0);
  // Differences of equals: 0, or NaN where an entry is not finite.
  let zeros = f64x2.splat(0);
  let largest: f64 = 0;
  let zero: f64 = 0;
  let i = 0;
  // Blocks of two by two and their mirror images, then what is on the diagonal.
  for (; i + 2 <= n; i += 2) {
    let across = P + (i as usize) * row;
    let down = P + (i as usize) * F64;
    for (let j = 0; j < i; j += 2) {
      const a0 = v128.load(across);
      const a1 = v128.load(across + row);
      const b0 = v128.load(down);
      const b1 = v128.load(down + row);
      const c0 = f64x2.shuffle(b0, b1, 0, 2);
      const c1 = f64x2.shuffle(b0, b1, 1, 3);
      const d0 = f64x2.sub(a0, c0);
      const d1 = f64x2.sub(a1, c1);
      most = f64x2.pmax(most, f64x2.pmax(f64x2.abs(d0), f64x2.abs(d1)));
      zeros = f64x2.add(zeros, f64x2.add(f64x2.sub(d0, d0), f64x2.sub(d1, d1)));
      const m0 = f64x2.mul(half, f64x2.add(a0, c0));
      const m1 = f64x2.mul(half, f64x2.add(a1, c1));
      v128.store(across, m0);
      v128.store(across + row, m1);
      v128.store(down, f64x2.shuffle(m0, m1, 0, 2));
      v128.store(down + row, f64x2.shuffle(m0, m1, 1, 3));
      across += 16;
      down += 2 * row;
    }
    const right = load<f64>(across, 8);
    const left = load<f64>(across + row);
    const difference = left - right;
    largest = max(largest, abs(difference));
    const diagonal = load<f64>(across);
    const next = load<f64>(across + row, 8);
    zero += difference - difference + (diagonal - diagonal) + (next - next);
    const mean = 0.5 * (left + right);
    store<f64>(across, mean, 8);
    store<f64>(across + row, mean);
  }
  if (i < n) {
    let across = P + (i as usize) * row;
    let down = P + (i as usize) * F64;
    for (let j = 0; j < i; j++) {
      const a = load<f64>(across);
      const b = load<f64>(down);
      const difference = a - b;
      largest = max(largest, abs(difference));
      zero += difference - difference;
      const mean = 0.5 * (a + b);
      store<f64>(across, mean);
      store<f64>(down, mean);
      across += F64;
      down += row;
    }
    const diagonal = load<f64>(across);
    zero += diagonal - diagonal;
  }
  largest = max(largest, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
  return largest + zero + f64x2.extract_lane(zeros, 0) + f64x2.extract_lane(zeros, 1);
}

/** Σ (aᵢ − aᵢ): 0, or NaN if one of the `count` entries is not finite. */
export function excess(a: usize, count: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const v0 = v128.load(a);
    const v1 = v128.load(a, 16);
    s0 = f64x2.add(s0, f64x2.sub(v0, v0));
    s1 = f64x2.add(s1, f64x2.sub(v1, v1));
    a += 32;
  }
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  sum += f64x2.extract_lane(s1, 0) + f64x2.extract_lane(s1, 1);
  for (; k < count; k++) {
    const value = load<f64>(a);
    sum += value - value;
    a += 8;
  }
  return sum;
}
