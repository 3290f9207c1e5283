/** @file WGSL: cofactors of a matrix of any rank, and their derivative, in doubles; explained in `algorithms/linalg/ldu.ts`. */
import type {Area, Routine} from './run-problems.js';

export function cofactorAreas(n: number): Record<string, Area> {
  return {
    M: {size: n * n, double: true},
    inner: {size: n * n, double: true},
    middle: {size: n * n, double: true},
    pivots: {size: n, double: true},
    rows: {size: n},
    columns: {size: n},
    cofactors: {size: n * n},
  };
}

export const cofactorRoutine: Routine = {
  name: 'cofactors',
  code: () => `
fn exchange(area: i32, i: i32, j: i32) {
  let a = rdd(area, i);
  wrd(area, i, rdd(area, j));
  wrd(area, j, a);
}
fn exchange_names(area: i32, i: i32, j: i32) {
  let a = rd(area, i);
  wr(area, i, rd(area, j));
  wr(area, j, a);
}
fn between_triangles(area: i32, transposed: bool) {
  for (var step = 0; step < $n; step++) {
    let j = select(step, $n - 1 - step, transposed);
    for (var rest = 0; rest < $n - 1 - step; rest++) {
      let i = select(j + 1 + rest, rest, transposed);
      let l = rdd($M, select(i * $n + j, j * $n + i, transposed));
      let u = rdd($M, select(j * $n + i, i * $n + j, transposed));
      for (var c = 0; c < $n; c++) {
        wrd(area, i * $n + c, sub(rdd(area, i * $n + c), mul(l, rdd(area, j * $n + c))));
      }
      for (var r = 0; r < $n; r++) {
        wrd(area, r * $n + i, sub(rdd(area, r * $n + i), mul(u, rdd(area, r * $n + j))));
      }
    }
  }
}
fn solve() {
  var bad = false;
  for (var e = 0; e < $n * $n; e++) {
    let a = given_a(e);
    if (!finite(a)) { bad = true; }
    wrd($M, e, wide(a));
    wrd($middle, e, D(0, 0));
  }
  for (var i = 0; i < $n; i++) {
    wr($rows, i, f32(i));
    wr($columns, i, f32(i));
    wrd($pivots, i, D(0, 0));
  }
  var parity = D(1, 0);
  var threshold = 0f;
  for (var k = 0; k < $n; k++) {
    var p = k;
    var q = k;
    for (var i = k; i < $n; i++) {
      for (var j = k; j < $n; j++) {
        if (abs(rdd($M, i * $n + j).x) > abs(rdd($M, p * $n + q).x)) {
          p = i;
          q = j;
        }
      }
    }
    let pivot = rdd($M, p * $n + q);
    if (k == 0) { threshold = abs(pivot.x) * f32($n) * 4e-15; }
    if (!(abs(pivot.x) > threshold)) { break; }
    if (p != k) {
      for (var j = 0; j < $n; j++) { exchange($M, k * $n + j, p * $n + j); }
      exchange_names($rows, k, p);
      parity = -parity;
    }
    if (q != k) {
      for (var i = 0; i < $n; i++) { exchange($M, i * $n + k, i * $n + q); }
      exchange_names($columns, k, q);
      parity = -parity;
    }
    wrd($pivots, k, pivot);
    for (var i = k + 1; i < $n; i++) {
      let factor = div(rdd($M, i * $n + k), pivot);
      wrd($M, i * $n + k, factor);
      for (var j = k + 1; j < $n; j++) {
        wrd($M, i * $n + j, sub(rdd($M, i * $n + j), mul(factor, rdd($M, k * $n + j))));
      }
    }
    for (var j = k + 1; j < $n; j++) { wrd($M, k * $n + j, div(rdd($M, k * $n + j), pivot)); }
  }
  if ($directed == 0) {
    for (var i = 0; i < $n; i++) {
      var product = parity;
      for (var j = 0; j < $n; j++) { if (j != i) { product = mul(product, rdd($pivots, j)); } }
      wrd($middle, i * $n + i, product);
    }
  } else {
    for (var i = 0; i < $n; i++) {
      for (var j = 0; j < $n; j++) {
        wrd($inner, i * $n + j, wide(given_direction(i32(rd($rows, i)) * $n + i32(rd($columns, j)))));
      }
    }
    between_triangles($inner, false);
    for (var i = 0; i < $n; i++) {
      var between = parity;
      for (var k = 0; k < i; k++) { between = mul(between, rdd($pivots, k)); }
      for (var j = i + 1; j < $n; j++) {
        var product = between;
        for (var k = j + 1; k < $n; k++) { product = mul(product, rdd($pivots, k)); }
        let ii = i * $n + i;
        let jj = j * $n + j;
        wrd($middle, ii, add(rdd($middle, ii), mul(rdd($inner, jj), product)));
        wrd($middle, jj, add(rdd($middle, jj), mul(rdd($inner, ii), product)));
        wrd($middle, i * $n + j, -mul(rdd($inner, j * $n + i), product));
        wrd($middle, j * $n + i, -mul(rdd($inner, i * $n + j), product));
        between = mul(between, rdd($pivots, j));
      }
    }
  }
  between_triangles($middle, true);
  for (var i = 0; i < $n; i++) {
    for (var j = 0; j < $n; j++) {
      let value = select(rdd($middle, i * $n + j).x, uniforms.NAN, bad);
      wr($cofactors, i32(rd($rows, i)) * $n + i32(rd($columns, j)), value);
    }
  }
}
`,
};
