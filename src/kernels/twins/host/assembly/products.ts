/** @file Products with dense row-major matrices. Strides are in doubles; rows may start anywhere. */
import {sumOfLanes} from './lanes';
import {updateTile} from './tile';

const F64: usize = 8;

/**
 * The upper triangle of the n×n matrix at `target` += Σₖ wₖ mₖmₖᵀ over the `count` rows of M with indices `rows`.
 *
 * The strides are multiples of 4, and rows of M are padded with zeros up to the next multiple of 4. `packed` has room for
 * two copies of the rows: as they are, and weighted.
 */
export function addWeightedGram(
  target: usize,
  n: i32,
  stride: i32,
  M: usize,
  strideM: i32,
  rows: usize,
  weights: usize,
  count: i32,
  packed: usize,
): void {
  const row = (stride as usize) * F64;
  const padded = (n + 3) & ~3;
  const rowPacked = (padded as usize) * F64;
  const weighted = packed + (count as usize) * rowPacked;
  for (let k = 0; k < count; k++) {
    const from = M + (load<i32>(rows + ((k as usize) << 2)) as usize) * (strideM as usize) * F64;
    const to = packed + (k as usize) * rowPacked;
    const toWeighted = weighted + (k as usize) * rowPacked;
    const weight = v128.load64_splat(weights + (k as usize) * F64);
    for (let at: usize = 0; at < rowPacked; at += 16) {
      const pair = v128.load(from + at);
      v128.store(to + at, pair);
      v128.store(toWeighted + at, f64x2.mul(weight, pair));
    }
  }
  for (let i = 0; i < padded; i += 4) {
    const left = weighted + (i as usize) * F64;
    for (let j = i; j < padded; j += 4) {
      const tile = target + (i as usize) * row + (j as usize) * F64;
      updateTile(tile, row, left, rowPacked, packed + (j as usize) * F64, rowPacked, count, true);
    }
  }
}

/** out = A x for `rows` rows of n entries. Four rows at a time share what is loaded of x. */
export function multiply(A: usize, rows: i32, n: i32, stride: i32, x: usize, out: usize): void {
  const row = (stride as usize) * F64;
  const pairs = x + ((n & ~1) as usize) * F64;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let a0 = A + (i as usize) * row;
    let a1 = a0 + row;
    let a2 = a1 + row;
    let a3 = a2 + row;
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let p = x;
    for (; p < pairs; p += 16) {
      const value = v128.load(p);
      s0 = f64x2.add(s0, f64x2.mul(value, v128.load(a0)));
      s1 = f64x2.add(s1, f64x2.mul(value, v128.load(a1)));
      s2 = f64x2.add(s2, f64x2.mul(value, v128.load(a2)));
      s3 = f64x2.add(s3, f64x2.mul(value, v128.load(a3)));
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    const at = out + (i as usize) * F64;
    let t0 = sumOfLanes(s0);
    let t1 = sumOfLanes(s1);
    let t2 = sumOfLanes(s2);
    let t3 = sumOfLanes(s3);
    if (n & 1) {
      const value = load<f64>(p);
      t0 += value * load<f64>(a0);
      t1 += value * load<f64>(a1);
      t2 += value * load<f64>(a2);
      t3 += value * load<f64>(a3);
    }
    store<f64>(at, t0);
    store<f64>(at, t1, 8);
    store<f64>(at, t2, 16);
    store<f64>(at, t3, 24);
  }
  for (; i < rows; i++) {
    store<f64>(out + (i as usize) * F64, dot(A + (i as usize) * row, x, n));
  }
}

/** out += Aᵀ y for `rows` rows of n entries. Four rows at a time share what is loaded of `out`. */
export function addMultiplyTransposed(A: usize, rows: i32, n: i32, stride: i32, y: usize, out: usize): void {
  const row = (stride as usize) * F64;
  const pairs = out + ((n & ~1) as usize) * F64;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let a0 = A + (i as usize) * row;
    let a1 = a0 + row;
    let a2 = a1 + row;
    let a3 = a2 + row;
    const at = y + (i as usize) * F64;
    const y0 = v128.load64_splat(at);
    const y1 = v128.load64_splat(at, 8);
    const y2 = v128.load64_splat(at, 16);
    const y3 = v128.load64_splat(at, 24);
    let p = out;
    for (; p < pairs; p += 16) {
      const even = f64x2.add(f64x2.mul(y0, v128.load(a0)), f64x2.mul(y1, v128.load(a1)));
      const odd = f64x2.add(f64x2.mul(y2, v128.load(a2)), f64x2.mul(y3, v128.load(a3)));
      v128.store(p, f64x2.add(v128.load(p), f64x2.add(even, odd)));
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    if (n & 1) {
      const even = load<f64>(at) * load<f64>(a0) + load<f64>(at, 8) * load<f64>(a1);
      const odd = load<f64>(at, 16) * load<f64>(a2) + load<f64>(at, 24) * load<f64>(a3);
      store<f64>(p, load<f64>(p) + (even + odd));
    }
  }
  for (; i < rows; i++) {
    addScaled(out, load<f64>(y + (i as usize) * F64), A + (i as usize) * row, n);
  }
}

/** ⟨a, b⟩ over n entries. */
export function dot(a: usize, b: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a), v128.load(b)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
    a += 32;
    b += 32;
  }
  let sum = sumOfLanes(f64x2.add(s0, s1));
  for (; k < n; k++) {
    sum += load<f64>(a) * load<f64>(b);
    a += 8;
    b += 8;
  }
  return sum;
}

/** y += alpha·x over n entries. */
export function addScaled(y: usize, alpha: f64, x: usize, n: i32): void {
  const factor = f64x2.splat(alpha);
  let k = 0;
  for (; k + 2 <= n; k += 2) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(factor, v128.load(x))));
    x += 16;
    y += 16;
  }
  if (k < n) store<f64>(y, load<f64>(y) + alpha * load<f64>(x));
}
