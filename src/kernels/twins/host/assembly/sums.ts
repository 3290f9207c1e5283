/** @file Sums over an axis. */
import {sumOfLanes} from './lanes';

const F64: usize = 8;

/** out [outer, inner] = the sums of x [outer, count, inner] over its second axis. */
export function sums(x: usize, outer: i32, count: i32, inner: i32, out: usize): void {
  const size = (count as usize) * (inner as usize) * F64;
  for (let i = 0; i < outer; i++) {
    if (inner == 1) store<f64>(out, total(x, count));
    else addRows(x, count, inner, out);
    x += size;
    out += (inner as usize) * F64;
  }
}

function total(x: usize, count: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let k = 0;
  for (; k + 8 <= count; k += 8) {
    s0 = f64x2.add(s0, v128.load(x));
    s1 = f64x2.add(s1, v128.load(x, 16));
    s2 = f64x2.add(s2, v128.load(x, 32));
    s3 = f64x2.add(s3, v128.load(x, 48));
    x += 64;
  }
  let sum = sumOfLanes(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  for (; k < count; k++) {
    sum += load<f64>(x);
    x += F64;
  }
  return sum;
}

/** Four rows at a time share what is loaded of `out`. */
function addRows(x: usize, count: i32, inner: i32, out: usize): void {
  const row = (inner as usize) * F64;
  const pairs = out + ((inner & ~1) as usize) * F64;
  memory.fill(out, 0, row);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    let x0 = x + (i as usize) * row;
    let x1 = x0 + row;
    let x2 = x1 + row;
    let x3 = x2 + row;
    let to = out;
    for (; to < pairs; to += 16) {
      const even = f64x2.add(v128.load(x0), v128.load(x1));
      const odd = f64x2.add(v128.load(x2), v128.load(x3));
      v128.store(to, f64x2.add(v128.load(to), f64x2.add(even, odd)));
      x0 += 16;
      x1 += 16;
      x2 += 16;
      x3 += 16;
    }
    if (inner & 1) {
      const sum = load<f64>(x0) + load<f64>(x1) + (load<f64>(x2) + load<f64>(x3));
      store<f64>(to, load<f64>(to) + sum);
    }
  }
  for (; i < count; i++) {
    let from = x + (i as usize) * row;
    for (let to = out; to < out + row; to += F64) {
      store<f64>(to, load<f64>(to) + load<f64>(from));
      from += F64;
    }
  }
}
