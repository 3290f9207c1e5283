/** @file Softmax of rows. */
import {exp} from './elementary';
import {sumOfLanes} from './lanes';

const F64: usize = 8;

/** out [rows, columns] = exp(x − the row's largest entry), over the row's sum. */
export function softmax(x: usize, rows: i32, columns: i32, out: usize): void {
  const pairs = ((columns & ~1) as usize) * F64;
  const isOdd = (columns & 1) == 1;
  for (let i = 0; i < rows; i++) {
    let largest = f64x2.splat(-Infinity);
    for (const end = x + pairs; x < end; x += 16) largest = f64x2.max(largest, v128.load(x));
    if (isOdd) largest = f64x2.max(largest, v128.load64_splat(x));
    largest = f64x2.max(largest, i64x2.shuffle(largest, largest, 1, 0));
    x -= pairs;
    let sum = f64x2.splat(0);
    for (const end = out + pairs; out < end; out += 16) {
      const value = exp(f64x2.sub(v128.load(x), largest));
      v128.store(out, value);
      sum = f64x2.add(sum, value);
      x += 16;
    }
    let total = sumOfLanes(sum);
    if (isOdd) {
      const value = f64x2.extract_lane(exp(f64x2.sub(v128.load64_splat(x), largest)), 0);
      store<f64>(out, value);
      total += value;
      x += F64;
    }
    out -= pairs;
    const scale = f64x2.splat(total);
    for (const end = out + pairs; out < end; out += 16) v128.store(out, f64x2.div(v128.load(out), scale));
    if (isOdd) {
      store<f64>(out, load<f64>(out) / total);
      out += F64;
    }
  }
}
