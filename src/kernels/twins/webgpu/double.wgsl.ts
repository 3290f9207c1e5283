/**
 * @file WGSL: numbers of about 48 bits. Each is the unevaluated sum of two f32.
 *
 * Knuth's sum and Dekker's product give a rounding error exactly. A compiler that may reorder sums could reduce this error to zero, so
 * critical values go through `kept`, which no compiler can optimise away: `nothing` is zero, but only at run time.
 *
 * `gather` adds a product to a sum. The halves of the sum then overlap until `quick` normalises them.
 *
 * A quotient and a root are those of f32 with one correction (algorithm 17 of Joldes, Muller & Popescu for the quotient).
 *
 * @see Dekker 1971, A floating-point technique for extending the available precision; Joldes, Muller & Popescu 2017, Tight and rigorous
 * error bounds for basic building blocks of double-word arithmetic.
 */
export const DOUBLE = `
alias D = vec2f;
var<private> nothing: i32;
fn kept(a: f32) -> f32 { return bitcast<f32>(bitcast<i32>(a) ^ nothing); }
fn sum(a: f32, b: f32) -> D {
  let s = kept(a + b);
  let c = kept(s - a);
  return D(s, (a - (s - c)) + (b - c));
}
fn quick(a: f32, b: f32) -> D {
  let s = kept(a + b);
  return D(s, b - (s - a));
}
fn half(a: f32) -> D {
  let h = bitcast<f32>(bitcast<u32>(a) & 0xFFFFF000u);
  return D(h, a - h);
}
fn times(a: f32, b: f32) -> D {
  let p = kept(a * b);
  let u = half(a);
  let v = half(b);
  return D(p, ((u.x * v.x - p) + u.x * v.y + u.y * v.x) + u.y * v.y);
}
fn wide(a: f32) -> D { return D(a, 0); }
fn add(a: D, b: D) -> D {
  let s = sum(a.x, b.x);
  let t = sum(a.y, b.y);
  let u = quick(s.x, s.y + t.x);
  return quick(u.x, u.y + t.y);
}
fn sub(a: D, b: D) -> D { return add(a, -b); }
fn scale(a: D, b: f32) -> D {
  let p = times(a.x, b);
  return quick(p.x, p.y + a.y * b);
}
fn mul(a: D, b: D) -> D {
  let p = times(a.x, b.x);
  return quick(p.x, p.y + (a.x * b.y + a.y * b.x));
}
fn div(a: D, b: D) -> D {
  let q = a.x / b.x;
  let p = scale(b, q);
  return quick(q, ((a.x - p.x) + (a.y - p.y)) / b.x);
}
fn root(a: D) -> D {
  let none = a.x <= 0;
  let v = select(a, D(1, 0), none);
  let q = sqrt(v.x);
  let p = times(q, q);
  return select(quick(q, ((v.x - p.x) + (v.y - p.y)) / (2 * q)), D(0, 0), none);
}
fn size(a: D) -> D { return select(a, -a, (a.x < 0) | ((a.x == 0) & (a.y < 0))); }
fn less(a: D, b: D) -> bool { return (a.x < b.x) | ((a.x == b.x) & (a.y < b.y)); }
fn larger(a: D, b: D) -> D { return select(a, b, less(a, b)); }
fn gather(s: D, a: f32, x: D) -> D {
  let p = times(a, x.x);
  let t = sum(s.x, p.x);
  return D(t.x, s.y + (t.y + (p.y + a * x.y)));
}
fn finite(a: f32) -> bool { return (bitcast<u32>(a) & 0x7F800000u) != 0x7F800000u; }
`;
