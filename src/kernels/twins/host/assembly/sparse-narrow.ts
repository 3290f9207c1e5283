/** @file Factors the panel of a supernode of one or two columns, and subtracts what it contributes to the others: too little to be packed. */
import {addScaled} from './products';

const F64: usize = 8;
/** The most columns. Such supernodes are also solved with entry by entry: they have too few for vectors. */
export const NARROW: i32 = 2;

/** See `factorPanel`. */
export function factorNarrow(
  panel: usize,
  own: i32,
  others: i32,
  stride: usize,
  work: usize,
  row: usize,
  signs: usize,
  inverse: usize,
  least: f64,
  instead: f64,
): i32 {
  const ends = (((own + 3) & ~3) as usize) * F64;
  let replaced = 0;
  for (let k = 0; k < own; k++) {
    const column = (k as usize) * F64;
    const here = panel + (k as usize) * stride;
    const outside = here + ends;
    const sign = load<f64>(signs + column);
    let pivot = load<f64>(here + column) * sign;
    if (!(Math.abs(pivot) < Infinity)) return -1;
    if (!(pivot > least)) {
      pivot = instead;
      replaced++;
    }
    const root = Math.sqrt(pivot);
    store<f64>(inverse + column, 1 / root);
    store<f64>(here + column, root);
    const scale = sign / root;
    for (let j = k + 1; j < own; j++) {
      const p = here + (j as usize) * F64;
      store<f64>(p, load<f64>(p) * scale);
    }
    for (let e = 0; e < others; e++) {
      const p = outside + (e as usize) * F64;
      store<f64>(p, load<f64>(p) * scale);
    }
    for (let q = k + 1; q < own; q++) {
      const from = (q as usize) * F64;
      const factor = -sign * load<f64>(here + from);
      const below = panel + (q as usize) * stride;
      addScaled(below + from, factor, here + from, own - q);
      addScaled(below + ends, factor, outside, others);
    }
    for (let a = 0; a < others; a++) {
      const at = (a as usize) * F64;
      const value = load<f64>(outside + at);
      if (value != 0) addScaled(work + (a as usize) * row + at, -sign * value, outside + at, others - a);
    }
  }
  return replaced;
}
