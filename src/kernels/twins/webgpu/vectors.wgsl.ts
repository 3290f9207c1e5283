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
// P x, then Cᵀy on top of it, then C x, by one loop: each copy of a loop takes time to compile. Px and sum_x may be one area.
fn times_both(x: i32, y: i32, Px: i32, sum_x: i32, Cx: i32) {
  for (var part = 0; part < 3; part++) {
    let of_P = part == 0;
    let of_x = part == 2;
    let matrix = select($C, $P, of_P);
    let rows = select($n, $k + $m, of_x);
    let columns = select($n, $k + $m, part == 1);
    let row_step = select(1, $n, of_x);
    let column_step = select($n, 1, of_x);
    let v = select(x, y, part == 1);
    let out = select(select(sum_x, Px, of_P), Cx, of_x);
    for (var i = lane; i < rows; i += LANES) {
      var s = D(0, 0);
      if (part == 1) { s = rdd(Px, i); }
      for (var j = 0; j < columns; j++) {
        let a = rd(matrix, i * row_step + j * column_step);
        if (a != 0) { s = gather(s, a, rdd(v, j)); }
      }
      if (of_P & (lift_of != 0)) { s = gather(s, lift_of * rd($P, i * $n + i), rdd(x, i)); }
      wrd(out, i, quick(s.x, s.y));
    }
    sync();
  }
}
`;
