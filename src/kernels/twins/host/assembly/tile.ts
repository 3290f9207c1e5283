/** @file The inner loop of everything that is cubic: a 4×4 tile of a sum of outer products. */

/**
 * C ± Σₖ aₖ bₖᵀ on the 4×4 tile at `c`, where aₖ and bₖ are the four entries at `a` and `b` in the k-th row.
 *
 * Pointers and strides are in bytes. Eight accumulators of two lanes, which is what sixteen registers have room for.
 */
export function updateTile(
  c: usize,
  stride: usize,
  a: usize,
  strideA: usize,
  b: usize,
  strideB: usize,
  count: i32,
  add: bool,
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
    a += strideA;
    b += strideB;
  }
  const c1 = c + stride;
  const c2 = c1 + stride;
  const c3 = c2 + stride;
  if (add) {
    v128.store(c, f64x2.add(v128.load(c), s00));
    v128.store(c, f64x2.add(v128.load(c, 16), s01), 16);
    v128.store(c1, f64x2.add(v128.load(c1), s10));
    v128.store(c1, f64x2.add(v128.load(c1, 16), s11), 16);
    v128.store(c2, f64x2.add(v128.load(c2), s20));
    v128.store(c2, f64x2.add(v128.load(c2, 16), s21), 16);
    v128.store(c3, f64x2.add(v128.load(c3), s30));
    v128.store(c3, f64x2.add(v128.load(c3, 16), s31), 16);
  } else {
    v128.store(c, f64x2.sub(v128.load(c), s00));
    v128.store(c, f64x2.sub(v128.load(c, 16), s01), 16);
    v128.store(c1, f64x2.sub(v128.load(c1), s10));
    v128.store(c1, f64x2.sub(v128.load(c1, 16), s11), 16);
    v128.store(c2, f64x2.sub(v128.load(c2), s20));
    v128.store(c2, f64x2.sub(v128.load(c2, 16), s21), 16);
    v128.store(c3, f64x2.sub(v128.load(c3), s30));
    v128.store(c3, f64x2.sub(v128.load(c3, 16), s31), 16);
  }
}
