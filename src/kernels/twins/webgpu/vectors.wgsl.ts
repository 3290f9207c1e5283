/** @file WGSL: vectors stored as areas of doubles, and products with the matrices P [n, n] (lifted) and C [k + m, n]. */

export const VECTORS = `
// What P's diagonal grows by, relative to itself.
var<private> lift_of: f32;
fn magnitude(a: D) -> f32 { return select(1e38, abs(a.x), finite(a.x)); }
fn copy(source: i32, target_area: i32, count: i32) {
  for (var i = lane; i < count; i += LANES) { wrd(target_area, i, rdd(source, i)); }
  sync();
}
fn clear(area: i32, count: i32) {
  for (var i = lane; i < count; i += LANES) { wrd(area, i, D(0, 0)); }
  sync();
}
fn add_scaled(x: i32, factor: D, y: i32, count: i32) {
  for (var i = lane; i < count; i += LANES) { wrd(x, i, add(rdd(x, i), mul(factor, rdd(y, i)))); }
  sync();
}
fn multiply(x: i32, factor: D, count: i32) {
  for (var i = lane; i < count; i += LANES) { wrd(x, i, mul(factor, rdd(x, i))); }
  sync();
}
fn dot_areas(x: i32, y: i32, count: i32) -> D {
  var s = D(0, 0);
  for (var i = lane; i < count; i += LANES) { s = add(s, mul(rdd(x, i), rdd(y, i))); }
  return total(s);
}
fn norm(x: i32, count: i32) -> f32 {
  var s = 0f;
  for (var i = lane; i < count; i += LANES) { s = max(s, abs(rdd(x, i).x)); }
  return most(s);
}
fn times_P(x: i32, out: i32) {
  for (var i = lane; i < $n; i += LANES) {
    var s = D(0, 0);
    for (var j = 0; j < $n; j++) {
      // P is symmetric: neighbouring threads read neighbouring entries.
      let a = rd($P, j * $n + i);
      if (a != 0) { s = gather(s, a, rdd(x, j)); }
    }
    if (lift_of != 0) { s = gather(s, lift_of * rd($P, i * $n + i), rdd(x, i)); }
    wrd(out, i, quick(s.x, s.y));
  }
  sync();
}
fn times_C(x: i32, out: i32) {
  for (var i = lane; i < $k + $m; i += LANES) {
    var s = D(0, 0);
    for (var j = 0; j < $n; j++) {
      let a = rd($C, i * $n + j);
      if (a != 0) { s = gather(s, a, rdd(x, j)); }
    }
    wrd(out, i, quick(s.x, s.y));
  }
  sync();
}
fn add_times_Ct(y: i32, out: i32) {
  for (var j = lane; j < $n; j += LANES) {
    var s = rdd(out, j);
    for (var i = 0; i < $k + $m; i++) {
      let a = rd($C, i * $n + j);
      if (a != 0) { s = gather(s, a, rdd(y, i)); }
    }
    wrd(out, j, quick(s.x, s.y));
  }
  sync();
}
`;
