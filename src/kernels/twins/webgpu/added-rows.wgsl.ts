/**
 * @file WGSL: the factors of a dual active-set method in doubles, as explained in `qp/added-rows.ts`. A row depends on the others if its
 * part outside of their span is at most `dependent`.
 */
import type {Areas} from './memory.js';

export function addedRowsAreas(n: number, rows: number): Areas {
  const vectors = ['objective', 'd_row', 'a_part', 'g_part', 'dual', 'point_x'];
  return {
    ...Object.fromEntries(vectors.map((name) => [name, {size: n, double: true}])),
    J: {size: n * n, double: true},
    R: {size: n * n, double: true},
    members: {size: n},
    in_set: {size: rows},
    point_y: {size: rows, double: true},
  };
}

/** The factors JᵀHJ = I and JᵀC_Wᵀ = [R; 0], updated as rows enter and leave the working set W. */
export const ADDED_ROWS = `
var<private> count: i32;
var<private> dependent: f32;
fn dot_J(row: i32, v: i32) -> D {
  var s = D(0, 0);
  for (var j = 0; j < $n; j++) { s = add(s, mul(rdd($J, row * $n + j), rdd(v, j))); }
  return s;
}
fn dot_C(row: i32, v: i32) -> D {
  var s = D(0, 0);
  for (var j = 0; j < $n; j++) {
    let a = rd($C, row * $n + j);
    if (a != 0) { s = gather(s, a, rdd(v, j)); }
  }
  return quick(s.x, s.y);
}
fn start_rows(shift: f32, least_pivot: f32) -> bool {
  count = 0;
  // R holds the lower factor L of H = LLᵀ for a moment; the columns of J = L⁻ᵀ are the rows of L⁻¹.
  for (var j = 0; j < $n; j++) {
    for (var i = j + lane; i < $n; i += LANES) {
      var s = wide(rd($P, i * $n + j));
      if (i == j) { s = add(s, wide(shift)); }
      for (var l = 0; l < j; l++) { s = sub(s, mul(rdd($R, i * $n + l), rdd($R, j * $n + l))); }
      wrd($J, i * $n + j, s);
    }
    sync();
    let pivot = root(rdd($J, j * $n + j));
    if (agree(!(pivot.x > max(least_pivot, 1e-14)))) { return false; }
    for (var i = j + lane; i < $n; i += LANES) {
      wrd($R, i * $n + j, select(div(rdd($J, i * $n + j), pivot), pivot, i == j));
    }
    sync();
  }
  for (var j = lane; j < $n; j += LANES) {
    for (var i = 0; i < $n; i++) {
      var s = D(select(0f, 1f, i == j), 0);
      for (var l = j; l < i; l++) { s = sub(s, mul(rdd($R, i * $n + l), rdd($J, l * $n + j))); }
      wrd($J, i * $n + j, select(D(0, 0), div(s, rdd($R, i * $n + i)), i >= j));
    }
  }
  sync();
  return true;
}
// x and the multipliers of W at the minimum subject to W, with t times a row's gradient on the objective's side.
fn refresh(row: i32, t: D) {
  for (var j = lane; j < $n; j += LANES) {
    var v = rdd($f, j);
    if (row >= 0) { v = add(v, scale(t, rd($C, row * $n + j))); }
    wrd($objective, j, v);
  }
  sync();
  for (var l = lane; l < $n; l += LANES) { wrd($g_part, l, dot_J(l, $objective)); }
  if (lane == 0) {
    for (var l = 0; l < count; l++) {
      var s = rdd($d, i32(rd($members, l)));
      for (var r = 0; r < l; r++) { s = sub(s, mul(rdd($R, r * $n + l), rdd($a_part, r))); }
      wrd($a_part, l, div(s, rdd($R, l * $n + l)));
    }
  }
  sync();
  for (var j = lane; j < $n; j += LANES) {
    var s = D(0, 0);
    for (var l = 0; l < $n; l++) {
      var weight = D(0, 0);
      if (l < count) { weight = rdd($a_part, l); } else { weight = -rdd($g_part, l); }
      s = add(s, mul(weight, rdd($J, l * $n + j)));
    }
    wrd($point_x, j, s);
  }
  if (lane == 0) {
    for (var l = count - 1; l >= 0; l--) {
      var s = -add(rdd($a_part, l), rdd($g_part, l));
      for (var r = l + 1; r < count; r++) { s = sub(s, mul(rdd($R, l * $n + r), rdd($point_y, i32(rd($members, r))))); }
      wrd($point_y, i32(rd($members, l)), div(s, rdd($R, l * $n + l)));
    }
  }
  sync();
}
var<private> square: D;
// The part of the row outside of the span of W.
var<private> outside_part: f32;
// What a unit of the row's multiplier does; $dual to those of W. Whether the row depends on them.
fn direction(row: i32) -> bool {
  var all = D(0, 0);
  var outside = D(0, 0);
  for (var l = lane; l < $n; l += LANES) {
    var s = D(0, 0);
    for (var j = 0; j < $n; j++) {
      let a = rd($C, row * $n + j);
      if (a != 0) { s = gather(s, a, rdd($J, l * $n + j)); }
    }
    s = quick(s.x, s.y);
    wrd($d_row, l, s);
    all = add(all, mul(s, s));
    if (l >= count) { outside = add(outside, mul(s, s)); }
  }
  sync();
  if (lane == 0) {
    for (var l = count - 1; l >= 0; l--) {
      var s = rdd($d_row, l);
      for (var r = l + 1; r < count; r++) { s = sub(s, mul(rdd($R, l * $n + r), rdd($dual, r))); }
      wrd($dual, l, div(s, rdd($R, l * $n + l)));
    }
  }
  sync();
  square = total(outside);
  outside_part = sqrt(square.x / max(total(all).x, 1e-37));
  return !(outside_part > dependent);
}
// Brings in the row that 'direction' was last asked for.
fn add_row(member: i32) {
  var below = rdd($d_row, $n - 1);
  for (var l = $n - 1; l > count; l--) {
    let above = rdd($d_row, l - 1);
    if (below.x == 0) {
      below = above;
      continue;
    }
    let length_of = root(add(mul(above, above), mul(below, below)));
    let c = div(above, length_of);
    let s = div(below, length_of);
    for (var j = lane; j < $n; j += LANES) { rotate_J(l - 1, l, j, c, s); }
    below = length_of;
  }
  sync();
  if (lane == 0) {
    for (var l = 0; l < count; l++) { wrd($R, l * $n + count, rdd($d_row, l)); }
    wrd($R, count * $n + count, below);
    wr($members, count, f32(member));
    wr($in_set, member, 1);
  }
  count++;
  sync();
}
fn rotate_J(u: i32, v: i32, j: i32, c: D, s: D) {
  let first = rdd($J, u * $n + j);
  let second = rdd($J, v * $n + j);
  wrd($J, u * $n + j, add(mul(c, first), mul(s, second)));
  wrd($J, v * $n + j, sub(mul(c, second), mul(s, first)));
}
fn remove_row(position: i32) {
  sync();
  if (lane == 0) {
    let member = i32(rd($members, position));
    wr($in_set, member, 0);
    wrd($point_y, member, D(0, 0));
  }
  sync();
  count--;
  let last = share(count);
  for (var l = lane; l <= last; l += LANES) {
    for (var r = max(position, l - 1); r < last; r++) { wrd($R, l * $n + r, rdd($R, l * $n + r + 1)); }
  }
  if (lane == 0) { for (var r = position; r < last; r++) { wr($members, r, rd($members, r + 1)); } }
  sync();
  for (var l = position; l < last; l++) {
    let above = rdd($R, l * $n + l);
    let below = rdd($R, (l + 1) * $n + l);
    sync();
    if (agree(below.x == 0)) { continue; }
    let length_of = root(add(mul(above, above), mul(below, below)));
    let c = div(above, length_of);
    let s = div(below, length_of);
    for (var r = l + lane; r < last; r += LANES) {
      let first = rdd($R, l * $n + r);
      let second = rdd($R, (l + 1) * $n + r);
      wrd($R, l * $n + r, add(mul(c, first), mul(s, second)));
      wrd($R, (l + 1) * $n + r, select(sub(mul(c, second), mul(s, first)), D(0, 0), r == l));
    }
    for (var j = lane; j < $n; j += LANES) { rotate_J(l, l + 1, j, c, s); }
    sync();
  }
}
`;
