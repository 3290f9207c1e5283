/** @file The inner loop of sparse factorisations: a 4×4 tile of a sum of outer products, of packed strips. */

/**
 * C − Σₖ aₖ bₖᵀ on a 4×4 tile, where aₖ and bₖ are four entries each, one k after another. The rows of the tile are anywhere.
 *
 * Eight accumulators of two lanes, which is what sixteen registers have room for.
 */
export function subtractTile(
  c0: usize,
  c1: usize,
  c2: usize,
  c3: usize,
  a: usize,
  b: usize,
  count: i32,
): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  for (let k = 0; k < count; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let value = v128.load64_splat(a);
    s00 = f64x2.add(s00, f64x2.mul(value, b0));
    s01 = f64x2.add(s01, f64x2.mul(value, b1));
    value = v128.load64_splat(a, 8);
    s10 = f64x2.add(s10, f64x2.mul(value, b0));
    s11 = f64x2.add(s11, f64x2.mul(value, b1));
    value = v128.load64_splat(a, 16);
    s20 = f64x2.add(s20, f64x2.mul(value, b0));
    s21 = f64x2.add(s21, f64x2.mul(value, b1));
    value = v128.load64_splat(a, 24);
    s30 = f64x2.add(s30, f64x2.mul(value, b0));
    s31 = f64x2.add(s31, f64x2.mul(value, b1));
    a += 32;
    b += 32;
  }
  v128.store(c0, f64x2.sub(v128.load(c0), s00));
  v128.store(c0, f64x2.sub(v128.load(c0, 16), s01), 16);
  v128.store(c1, f64x2.sub(v128.load(c1), s10));
  v128.store(c1, f64x2.sub(v128.load(c1, 16), s11), 16);
  v128.store(c2, f64x2.sub(v128.load(c2), s20));
  v128.store(c2, f64x2.sub(v128.load(c2, 16), s21), 16);
  v128.store(c3, f64x2.sub(v128.load(c3), s30));
  v128.store(c3, f64x2.sub(v128.load(c3, 16), s31), 16);
}
