/**
 * @file Factors the panel of a supernode and subtracts what it contributes to the others: block by block of rows, each of which is packed
 * into strips of four columns. Tiles then read consecutive numbers that stay in the caches (Goto & van de Geijn 2008, ACM Trans. Math. Softw.
 * 34(3)).
 *
 * `packed` holds the diagonal block, times D, in strips of BLOCK rows; one strip times D; four entries that nobody reads; and then the strips
 * of the other columns.
 */
import {subtractTile} from './packed-tile';
import {addScaled} from './products';
import {factorNarrow, NARROW} from './sparse-narrow';

const F64: usize = 8;
/** The rows of a block: a strip of them takes a small part of the first cache. As in contracts/sparse.ts. */
const BLOCK: i32 = 64;
/** The columns whose strips are used together: those of a block fill a part of the second cache. */
const COLUMNS: i32 = 256;
/** The bytes of a row of a strip, and of a strip of BLOCK rows. */
const ROW: usize = 32;
const STRIP: usize = 2048;

/**
 * @param panel The rows of the supernode: `own` columns, with zeros up to a multiple of 4, and those of the `others`, too.
 * @param work Its contribution, [others, others], in rows of `row` bytes.
 * @returns The number of pivots that were replaced, or −1.
 */
export function factorPanel(
  panel: usize,
  own: i32,
  others: i32,
  stride: usize,
  work: usize,
  row: usize,
  signs: usize,
  inverse: usize,
  packed: usize,
  least: f64,
  instead: f64,
): i32 {
  if (own <= NARROW)
    return factorNarrow(panel, own, others, stride, work, row, signs, inverse, least, instead);
  const left = packed + ((BLOCK >> 2) as usize) * STRIP;
  const dump = left + STRIP;
  const strips = dump + ROW;
  const ends = (own + 3) & ~3;
  const all = ends + ((others + 3) & ~3);
  let replaced = 0;
  for (let i = 0; i < own; i += BLOCK) {
    const rows = min(BLOCK, own - i);
    const block = panel + (i as usize) * stride;
    const signsHere = signs + (i as usize) * F64;
    const inverseHere = inverse + (i as usize) * F64;
    const found = factorBlock(
      block + (i as usize) * F64,
      rows,
      stride,
      signsHere,
      inverseHere,
      packed,
      least,
      instead,
    );
    if (found < 0) return -1;
    replaced += found;
    const from = i + ((rows + 3) & ~3);
    const size = (((rows + 3) & ~3) as usize) * ROW;
    let strip = strips;
    for (let j = from; j < all; j += 4) {
      solveStrip(block + (j as usize) * F64, rows, stride, signsHere, inverseHere, packed, strip);
      strip += size;
    }
    for (let begin = from; begin < all; begin += COLUMNS) {
      const end = min(all, begin + COLUMNS);
      for (let r = from; r < end; r += 4) {
        weigh(strips + (((r - from) >> 2) as usize) * size, rows, signsHere, left);
        let c0 = panel + (r as usize) * stride;
        let c1 = c0 + stride;
        let c2 = c1 + stride;
        let c3 = c2 + stride;
        let offset: usize = 0;
        if (r >= ends) {
          offset = (ends as usize) * F64;
          c0 = work + ((r - ends) as usize) * row;
          c1 = c0 + row;
          c2 = c1 + row;
          c3 = c2 + row;
        }
        const isLast = r < own && r + 4 > own;
        const kept = isLast ? own - r : 4;
        const first = max(r, begin);
        strip = strips + (((first - from) >> 2) as usize) * size;
        for (let j = first; j < end; j += 4) {
          const at = (j as usize) * F64 - offset;
          subtractTile(
            c0 + at,
            kept > 1 ? c1 + at : dump,
            kept > 2 ? c2 + at : dump,
            kept > 3 ? c3 + at : dump,
            left,
            strip,
            rows,
          );
          strip += size;
        }
      }
    }
  }
  return replaced;
}

/** Factors a diagonal block. `packed` receives D times it, in strips of four columns. */
function factorBlock(
  block: usize,
  rows: i32,
  stride: usize,
  signs: usize,
  inverse: usize,
  packed: usize,
  least: f64,
  instead: f64,
): i32 {
  let replaced = 0;
  for (let k = 0; k < rows; k++) {
    const column = (k as usize) * F64;
    const here = block + (k as usize) * stride + column;
    for (let q = 0; q < k; q++) {
      const above = block + (q as usize) * stride + column;
      addScaled(here, -load<f64>(signs + (q as usize) * F64) * load<f64>(above), above, rows - k);
    }
    const sign = load<f64>(signs + column);
    let pivot = load<f64>(here) * sign;
    if (!(Math.abs(pivot) < Infinity)) return -1;
    if (!(pivot > least)) {
      pivot = instead;
      replaced++;
    }
    const root = Math.sqrt(pivot);
    store<f64>(inverse + column, 1 / root);
    store<f64>(here, root);
    const scale = sign / root;
    const weighted = packed + (k as usize) * ROW;
    for (let j = k + 1; j < rows; j++) {
      const p = here + ((j - k) as usize) * F64;
      const value = load<f64>(p) * scale;
      store<f64>(p, value);
      store<f64>(weighted + ((j >> 2) as usize) * STRIP + ((j & 3) as usize) * F64, value * sign);
    }
    // A tile may end after the last column.
    for (let j = rows, end = (rows + 3) & ~3; j < end; j++) {
      store<f64>(weighted + ((j >> 2) as usize) * STRIP + ((j & 3) as usize) * F64, 0);
    }
  }
  return replaced;
}

/** Copies four columns of a block to a strip and solves for them there: their part of U, which is then also written back. */
function solveStrip(
  from: usize,
  rows: i32,
  stride: usize,
  signs: usize,
  inverse: usize,
  packed: usize,
  strip: usize,
): void {
  const padded = (rows + 3) & ~3;
  for (let k = 0; k < rows; k++) {
    const to = strip + (k as usize) * ROW;
    const p = from + (k as usize) * stride;
    v128.store(to, v128.load(p));
    v128.store(to, v128.load(p, 16), 16);
  }
  // Not by memory.fill, whose call takes longer than a small strip.
  const zero = f64x2.splat(0);
  for (let k = rows; k < padded; k++) {
    const to = strip + (k as usize) * ROW;
    v128.store(to, zero);
    v128.store(to, zero, 16);
  }
  for (let i = 0; i < rows; i += 4) {
    const weighted = packed + ((i >> 2) as usize) * STRIP;
    const group = strip + (i as usize) * ROW;
    if (i > 0) subtractTile(group, group + ROW, group + 2 * ROW, group + 3 * ROW, weighted, strip, i);
    for (let r = 0, end = min(4, rows - i); r < end; r++) {
      const here = group + (r as usize) * ROW;
      let v0 = v128.load(here);
      let v1 = v128.load(here, 16);
      for (let q = 0; q < r; q++) {
        const above = group + (q as usize) * ROW;
        const value = v128.load64_splat(weighted + ((i + q) as usize) * ROW + (r as usize) * F64);
        v0 = f64x2.sub(v0, f64x2.mul(value, v128.load(above)));
        v1 = f64x2.sub(v1, f64x2.mul(value, v128.load(above, 16)));
      }
      const at = ((i + r) as usize) * F64;
      const scale = f64x2.splat(load<f64>(signs + at) * load<f64>(inverse + at));
      v0 = f64x2.mul(v0, scale);
      v1 = f64x2.mul(v1, scale);
      v128.store(here, v0);
      v128.store(here, v1, 16);
      const p = from + ((i + r) as usize) * stride;
      v128.store(p, v0);
      v128.store(p, v1, 16);
    }
  }
}

/** to = D times a strip. */
function weigh(strip: usize, rows: i32, signs: usize, to: usize): void {
  for (let k = 0; k < rows; k++) {
    const sign = v128.load64_splat(signs + (k as usize) * F64);
    const at = (k as usize) * ROW;
    v128.store(to + at, f64x2.mul(sign, v128.load(strip + at)));
    v128.store(to + at, f64x2.mul(sign, v128.load(strip + at, 16)), 16);
  }
}
