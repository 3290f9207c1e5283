/** @file The two products of a sweep over rows, with matrices [rows, columns] of few columns. */
import {sumOfLanes} from './lanes';

const F64: usize = 8;

/** out [columns] = Gᵀa. */
export function slope(a: usize, G: usize, rows: i32, columns: i32, out: usize): void {
  if (columns == 1) return store<f64>(out, dot(a, G, rows));
  const row = (columns as usize) * F64;
  let c = 0;
  for (; c + 4 <= columns; c += 4) fourSlopes(a, G + (c as usize) * F64, row, rows, out + (c as usize) * F64);
  if (c + 2 <= columns) {
    twoSlopes(a, G + (c as usize) * F64, row, rows, out + (c as usize) * F64);
    c += 2;
  }
  if (c < columns) oneSlope(a, G + (c as usize) * F64, row, rows, out + (c as usize) * F64);
}

function dot(a: usize, b: usize, count: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let k = 0;
  for (; k + 8 <= count; k += 8) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a), v128.load(b)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(a, 48), v128.load(b, 48)));
    a += 64;
    b += 64;
  }
  let sum = sumOfLanes(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  for (; k < count; k++) {
    sum += load<f64>(a) * load<f64>(b);
    a += F64;
    b += F64;
  }
  return sum;
}

/** Rows go in pairs, because an addition must wait for the one before it. */
function fourSlopes(a: usize, G: usize, row: usize, rows: i32, out: usize): void {
  let even0 = f64x2.splat(0);
  let even1 = even0;
  let odd0 = even0;
  let odd1 = even0;
  const end = a + ((rows & ~1) as usize) * F64;
  while (a < end) {
    const first = v128.load64_splat(a);
    const second = v128.load64_splat(a, 8);
    const next = G + row;
    even0 = f64x2.add(even0, f64x2.mul(first, v128.load(G)));
    even1 = f64x2.add(even1, f64x2.mul(first, v128.load(G, 16)));
    odd0 = f64x2.add(odd0, f64x2.mul(second, v128.load(next)));
    odd1 = f64x2.add(odd1, f64x2.mul(second, v128.load(next, 16)));
    a += 16;
    G = next + row;
  }
  if (rows & 1) {
    const last = v128.load64_splat(a);
    even0 = f64x2.add(even0, f64x2.mul(last, v128.load(G)));
    even1 = f64x2.add(even1, f64x2.mul(last, v128.load(G, 16)));
  }
  v128.store(out, f64x2.add(even0, odd0));
  v128.store(out, f64x2.add(even1, odd1), 16);
}

function twoSlopes(a: usize, G: usize, row: usize, rows: i32, out: usize): void {
  let even = f64x2.splat(0);
  let odd = even;
  const end = a + ((rows & ~1) as usize) * F64;
  while (a < end) {
    even = f64x2.add(even, f64x2.mul(v128.load64_splat(a), v128.load(G)));
    odd = f64x2.add(odd, f64x2.mul(v128.load64_splat(a, 8), v128.load(G + row)));
    a += 16;
    G += 2 * row;
  }
  if (rows & 1) even = f64x2.add(even, f64x2.mul(v128.load64_splat(a), v128.load(G)));
  v128.store(out, f64x2.add(even, odd));
}

function oneSlope(a: usize, G: usize, row: usize, rows: i32, out: usize): void {
  let s: f64 = 0;
  let t: f64 = 0;
  let u: f64 = 0;
  let v: f64 = 0;
  const end = a + ((rows & ~3) as usize) * F64;
  while (a < end) {
    s += load<f64>(a) * load<f64>(G);
    t += load<f64>(a, 8) * load<f64>(G + row);
    u += load<f64>(a, 16) * load<f64>(G + 2 * row);
    v += load<f64>(a, 24) * load<f64>(G + 3 * row);
    a += 32;
    G += 4 * row;
  }
  for (let i = rows & ~3; i < rows; i++) {
    s += load<f64>(a) * load<f64>(G);
    a += F64;
    G += row;
  }
  store<f64>(out, s + t + (u + v));
}

/** P [rows, columns] += a bᵀ. */
export function addOuter(P: usize, a: usize, b: usize, rows: i32, columns: i32): void {
  if (columns == 1) return addMultiple(P, load<f64>(b), a, rows);
  const row = (columns as usize) * F64;
  let c = 0;
  for (; c + 4 <= columns; c += 4) addFour(P + (c as usize) * F64, row, a, b + (c as usize) * F64, rows);
  if (c + 2 <= columns) {
    addTwo(P + (c as usize) * F64, row, a, b + (c as usize) * F64, rows);
    c += 2;
  }
  if (c < columns) addOne(P + (c as usize) * F64, row, a, load<f64>(b + (c as usize) * F64), rows);
}

function addMultiple(P: usize, factor: f64, a: usize, rows: i32): void {
  const both = f64x2.splat(factor);
  const end = a + ((rows & ~1) as usize) * F64;
  for (; a < end; a += 16) {
    v128.store(P, f64x2.add(v128.load(P), f64x2.mul(both, v128.load(a))));
    P += 16;
  }
  if (rows & 1) store<f64>(P, load<f64>(P) + factor * load<f64>(a));
}

function addFour(P: usize, row: usize, a: usize, b: usize, rows: i32): void {
  const b0 = v128.load(b);
  const b1 = v128.load(b, 16);
  for (let i = 0; i < rows; i++) {
    const factor = v128.load64_splat(a);
    v128.store(P, f64x2.add(v128.load(P), f64x2.mul(factor, b0)));
    v128.store(P, f64x2.add(v128.load(P, 16), f64x2.mul(factor, b1)), 16);
    a += F64;
    P += row;
  }
}

function addTwo(P: usize, row: usize, a: usize, b: usize, rows: i32): void {
  const both = v128.load(b);
  for (let i = 0; i < rows; i++) {
    v128.store(P, f64x2.add(v128.load(P), f64x2.mul(v128.load64_splat(a), both)));
    a += F64;
    P += row;
  }
}

function addOne(P: usize, row: usize, a: usize, factor: f64, rows: i32): void {
  for (let i = 0; i < rows; i++) {
    store<f64>(P, load<f64>(P) + factor * load<f64>(a));
    a += F64;
    P += row;
  }
}
