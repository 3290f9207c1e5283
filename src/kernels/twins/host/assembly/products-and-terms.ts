/** @file Products with a dense row-major matrix together with the sums of magnitudes that they are made of, in one pass. */
import {sumOfLanes} from './lanes';

const F64: usize = 8;

/** out = A x and terms = |A| |x| for A [rows, n]. */
export function multiplyWithTerms(A: usize, rows: i32, n: i32, x: usize, out: usize, terms: usize): void {
  const row = (n as usize) * F64;
  const pairs = x + ((n & ~1) as usize) * F64;
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    let a0 = A + (i as usize) * row;
    let a1 = a0 + row;
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let m0 = s0;
    let m1 = s0;
    let p = x;
    for (; p < pairs; p += 16) {
      const value = v128.load(p);
      const v0 = f64x2.mul(value, v128.load(a0));
      const v1 = f64x2.mul(value, v128.load(a1));
      s0 = f64x2.add(s0, v0);
      s1 = f64x2.add(s1, v1);
      m0 = f64x2.add(m0, f64x2.abs(v0));
      m1 = f64x2.add(m1, f64x2.abs(v1));
      a0 += 16;
      a1 += 16;
    }
    let t0 = sumOfLanes(s0);
    let t1 = sumOfLanes(s1);
    let u0 = sumOfLanes(m0);
    let u1 = sumOfLanes(m1);
    if (n & 1) {
      const v0 = load<f64>(p) * load<f64>(a0);
      const v1 = load<f64>(p) * load<f64>(a1);
      t0 += v0;
      t1 += v1;
      u0 += abs(v0);
      u1 += abs(v1);
    }
    const at = (i as usize) * F64;
    store<f64>(out + at, t0);
    store<f64>(out + at, t1, 8);
    store<f64>(terms + at, u0);
    store<f64>(terms + at, u1, 8);
  }
  if (i < rows) {
    let a = A + (i as usize) * row;
    let sum: f64 = 0;
    let size: f64 = 0;
    for (let j = 0; j < n; j++) {
      const value = load<f64>(x + (j as usize) * F64) * load<f64>(a);
      sum += value;
      size += abs(value);
      a += 8;
    }
    store<f64>(out + (i as usize) * F64, sum);
    store<f64>(terms + (i as usize) * F64, size);
  }
}

/** out += Aᵀ y and terms += |A|ᵀ |y| for A [rows, n]. */
export function addMultiplyTransposedWithTerms(
  A: usize,
  rows: i32,
  n: i32,
  y: usize,
  out: usize,
  terms: usize,
): void {
  const row = (n as usize) * F64;
  const pairs = out + ((n & ~1) as usize) * F64;
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    let a0 = A + (i as usize) * row;
    let a1 = a0 + row;
    const at = y + (i as usize) * F64;
    const y0 = v128.load64_splat(at);
    const y1 = v128.load64_splat(at, 8);
    let p = out;
    let t = terms;
    for (; p < pairs; p += 16) {
      const v0 = f64x2.mul(y0, v128.load(a0));
      const v1 = f64x2.mul(y1, v128.load(a1));
      v128.store(p, f64x2.add(v128.load(p), f64x2.add(v0, v1)));
      v128.store(t, f64x2.add(v128.load(t), f64x2.add(f64x2.abs(v0), f64x2.abs(v1))));
      a0 += 16;
      a1 += 16;
      t += 16;
    }
    if (n & 1) {
      const v0 = load<f64>(at) * load<f64>(a0);
      const v1 = load<f64>(at, 8) * load<f64>(a1);
      store<f64>(p, load<f64>(p) + (v0 + v1));
      store<f64>(t, load<f64>(t) + (abs(v0) + abs(v1)));
    }
  }
  if (i < rows) {
    let a = A + (i as usize) * row;
    const factor = load<f64>(y + (i as usize) * F64);
    for (let j = 0; j < n; j++) {
      const at = (j as usize) * F64;
      const value = factor * load<f64>(a);
      store<f64>(out + at, load<f64>(out + at) + value);
      store<f64>(terms + at, load<f64>(terms + at) + abs(value));
      a += 8;
    }
  }
}
