/**
 * @file WGSL: numbers of any size, as products and sums of f32 data require. A number has a mantissa in [1, 2) with a sign, and a separate
 * exponent of two. The exponent of zero is `NONE`.
 *
 * Given numbers range from 1e-38 to 3e38, so the terms of a sum may leave the range of f32 even if their quotients do not. A sum is
 * therefore computed relative to the power of two of its largest term.
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
  if (before == 0 || after <= 0) { return 0; }
  if (after > 254) { return bitcast<f32>((bits & 0x80000000u) | 0x7F7FFFFFu); }
  return bitcast<f32>((bits & 0x807FFFFFu) | (u32(after) << 23u));
}
fn big(a: f32, e: i32) -> Big {
  let own = exponent_of(a);
  if (own < -126) { return none(); }
  return Big(shifted(a, -own), f32(own + e));
}
fn big_product(a: Big, b: Big) -> Big { return big(a.x * b.x, i32(a.y + b.y)); }
fn big_quotient(a: Big, b: Big) -> Big {
  if (b.x == 0) { return none(); }
  return big(a.x / b.x, i32(a.y - b.y));
}
fn bigger(a: Big, b: Big) -> Big {
  return select(a, b, a.x == 0 || (b.x != 0 && (b.y > a.y || (b.y == a.y && b.x > a.x))));
}
fn value_of(a: Big) -> f32 { return shifted(a.x, i32(a.y)); }
`;
