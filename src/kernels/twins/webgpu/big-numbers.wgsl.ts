/**
 * @file WGSL: numbers of any size, as products and sums of f32 data require. A number has a mantissa in [1, 2) with a sign, and a separate
 * exponent of two. The exponent of zero is `NONE`.
 *
 * Given numbers range from 1e-38 to 3e38, so the terms of a sum may leave the range of f32 even if their quotients do not. A sum is
 * therefore computed relative to the power of two of its largest term.
 *
 * These functions have no branches: device compilers copy them to every place that calls them, and a branch takes much longer to compile
 * than a choice. For the same reason `|` and `&` stand where both sides may be computed.
 */
export const BIG_NUMBERS = `
alias Big = vec2f;
const NO_EXPONENT = -9999;
fn none() -> Big { return Big(0, -9999); }
fn exponent_of(a: f32) -> i32 { return i32((bitcast<u32>(a) >> 23u) & 0xFFu) - 127; }
// a·2^e; numbers too small are zero, those too large the largest.
fn shifted(a: f32, e: i32) -> f32 {
  let bits = bitcast<u32>(a);
  let before = i32((bits >> 23u) & 0xFFu);
  let after = before + e;
  let fits = bitcast<f32>((bits & 0x807FFFFFu) | (u32(after) << 23u));
  let largest = bitcast<f32>((bits & 0x80000000u) | 0x7F7FFFFFu);
  return select(select(fits, largest, after > 254), 0, (before == 0) | (after <= 0));
}
// a/2^e with the exponent e of a.
fn mantissa_of(a: f32) -> f32 {
  let bits = bitcast<u32>(a);
  return select(bitcast<f32>((bits & 0x807FFFFFu) | 0x3F800000u), 0, (bits & 0x7F800000u) == 0);
}
fn big(a: f32, e: i32) -> Big {
  let own = exponent_of(a);
  return Big(mantissa_of(a), f32(select(own + e, NO_EXPONENT, own < -126)));
}
fn big_product(a: Big, b: Big) -> Big { return big(a.x * b.x, i32(a.y + b.y)); }
fn big_quotient(a: Big, b: Big) -> Big {
  let is_zero = b.x == 0;
  return big(select(a.x / select(b.x, 1, is_zero), 0, is_zero), i32(a.y - b.y));
}
fn bigger(a: Big, b: Big) -> Big {
  let above = (b.y > a.y) | ((b.y == a.y) & (b.x > a.x));
  return select(a, b, (a.x == 0) | ((b.x != 0) & above));
}
fn value_of(a: Big) -> f32 { return shifted(a.x, i32(a.y)); }
`;
