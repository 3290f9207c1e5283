/** @file Cholesky factorisation with given signs of the pivots, and its solves. */
import {updateTile} from './tile';

/** Bytes of a double. */
const F64: usize = 8;

/**
 * Overwrites the upper triangle of the symmetric n×n matrix at `a` (row-major, `stride` doubles a row) by U with
 * A = Uᵀ D U, where D is 1 on the first `positives` entries and −1 on the others; reciprocals of U's diagonal go to
 * `inverse`. A quasi-definite matrix has such factors whatever its values.
 *
 * `stride` is a multiple of 4 and at least n; rows and columns up to the next multiple of 4 are overwritten as padding.
 * Left-looking in blocks of four rows.
 *
 * @returns The first row whose pivot has the wrong sign or is not finite, or −1.
 */
export function signedCholesky(a: usize, n: i32, stride: i32, positives: i32, inverse: usize): i32 {
  const row = (stride as usize) * F64;
  const padded = (n + 3) & ~3;
  for (let i = 0; i < n; i++) {
    for (let j = n; j < padded; j++) store<f64>(a + (i as usize) * row + (j as usize) * F64, 0);
  }
  for (let i = n; i < padded; i++) {
    for (let j = i; j < padded; j++) {
      const value: f64 = j > i ? 0 : i < positives ? 1 : -1;
      store<f64>(a + (i as usize) * row + (j as usize) * F64, value);
    }
  }
  return eliminate(a, padded, stride, positives, padded, inverse);
}

/**
 * The same for the first `count` rows only, a multiple of 4; the upper triangle of the others becomes their Schur complement,
 * A₂₂ − A₁₂ᵀA₁₁⁻¹A₁₂. What lies between n and the next multiple of 4 is used and overwritten like a part of the matrix.
 */
export function eliminate(a: usize, n: i32, stride: i32, positives: i32, count: i32, inverse: usize): i32 {
  const row = (stride as usize) * F64;
  for (let i = 0; i < n; i += 4) {
    const left = a + (i as usize) * F64;
    const block = left + (i as usize) * row;
    const above = min(i, count);
    const plus = min(above, positives);
    const minus = above - plus;
    const skip = (plus as usize) * row;
    for (let j = i; j < n; j += 4) {
      const top = a + (j as usize) * F64;
      const tile = top + (i as usize) * row;
      if (plus > 0) updateTile(tile, row, left, row, top, row, plus, false);
      if (minus > 0) updateTile(tile, row, left + skip, row, top + skip, row, minus, true);
      if (i >= count) continue;
      if (j > i) {
        solveTile(tile, row, block, inverse + (i as usize) * F64, i, positives);
      } else {
        const failed = factorTile(block, row, inverse + (i as usize) * F64, i, positives);
        if (failed >= 0) return failed;
      }
    }
  }
  return -1;
}

/**
 * Factors the 4×4 block on the diagonal whose first row is row `i` of the matrix. Its lower triangle receives D_q U_qr at
 * (r, q), which the tiles right of it need.
 */
function factorTile(block: usize, row: usize, inverse: usize, i: i32, positives: i32): i32 {
  for (let r = 0; r < 4; r++) {
    const at = block + (r as usize) * row;
    const sign: f64 = i + r < positives ? 1 : -1;
    for (let q = 0; q < r; q++) {
      const above = block + (q as usize) * row;
      const factor = load<f64>(at + (q as usize) * F64);
      for (let c = r; c < 4; c++) {
        const p = at + (c as usize) * F64;
        store<f64>(p, load<f64>(p) - factor * load<f64>(above + (c as usize) * F64));
      }
    }
    const pivot = load<f64>(at + (r as usize) * F64) * sign;
    if (!(pivot > 0) || pivot == Infinity) return i + r;
    const root = Math.sqrt(pivot);
    const reciprocal = 1 / root;
    store<f64>(at + (r as usize) * F64, root);
    store<f64>(inverse + (r as usize) * F64, reciprocal);
    for (let c = r + 1; c < 4; c++) {
      const p = at + (c as usize) * F64;
      const value = load<f64>(p) * reciprocal * sign;
      store<f64>(p, value);
      store<f64>(block + (c as usize) * row + (r as usize) * F64, value * sign);
    }
  }
  return -1;
}

/** A tile right of the diagonal block: four steps of forward substitution on its four columns. */
function solveTile(tile: usize, row: usize, block: usize, inverse: usize, i: i32, positives: i32): void {
  const t1 = tile + row;
  const t2 = t1 + row;
  const t3 = t2 + row;
  const b1 = block + row;
  const b2 = b1 + row;
  const b3 = b2 + row;
  let scale = f64x2.splat(i < positives ? load<f64>(inverse) : -load<f64>(inverse));
  const u00 = f64x2.mul(scale, v128.load(tile));
  const u01 = f64x2.mul(scale, v128.load(tile, 16));
  v128.store(tile, u00);
  v128.store(tile, u01, 16);
  let factor = v128.load64_splat(b1);
  let v0 = f64x2.sub(v128.load(t1), f64x2.mul(factor, u00));
  let v1 = f64x2.sub(v128.load(t1, 16), f64x2.mul(factor, u01));
  scale = f64x2.splat(i + 1 < positives ? load<f64>(inverse, 8) : -load<f64>(inverse, 8));
  const u10 = f64x2.mul(scale, v0);
  const u11 = f64x2.mul(scale, v1);
  v128.store(t1, u10);
  v128.store(t1, u11, 16);
  factor = v128.load64_splat(b2);
  v0 = f64x2.sub(v128.load(t2), f64x2.mul(factor, u00));
  v1 = f64x2.sub(v128.load(t2, 16), f64x2.mul(factor, u01));
  factor = v128.load64_splat(b2, 8);
  v0 = f64x2.sub(v0, f64x2.mul(factor, u10));
  v1 = f64x2.sub(v1, f64x2.mul(factor, u11));
  scale = f64x2.splat(i + 2 < positives ? load<f64>(inverse, 16) : -load<f64>(inverse, 16));
  const u20 = f64x2.mul(scale, v0);
  const u21 = f64x2.mul(scale, v1);
  v128.store(t2, u20);
  v128.store(t2, u21, 16);
  factor = v128.load64_splat(b3);
  v0 = f64x2.sub(v128.load(t3), f64x2.mul(factor, u00));
  v1 = f64x2.sub(v128.load(t3, 16), f64x2.mul(factor, u01));
  factor = v128.load64_splat(b3, 8);
  v0 = f64x2.sub(v0, f64x2.mul(factor, u10));
  v1 = f64x2.sub(v1, f64x2.mul(factor, u11));
  factor = v128.load64_splat(b3, 16);
  v0 = f64x2.sub(v0, f64x2.mul(factor, u20));
  v1 = f64x2.sub(v1, f64x2.mul(factor, u21));
  scale = f64x2.splat(i + 3 < positives ? load<f64>(inverse, 24) : -load<f64>(inverse, 24));
  v128.store(t3, f64x2.mul(scale, v0));
  v128.store(t3, f64x2.mul(scale, v1), 16);
}
