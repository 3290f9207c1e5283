/**
 * @file WGSL: linear systems with one matrix, and its factors and determinant, in doubles.
 *
 * `$kind` selects the operation: 0 a triangular solve, 1 a solve with a Cholesky factor, 2 a solve with a positive definite matrix, 3 a
 * solve by LU with partial pivoting, 4 the Cholesky factor, 5 the determinant. A sample whose matrix is singular (not positive definite,
 * not finite) gets NaN, because a device cannot throw.
 */
import type {Area, Routine} from './run-problems.js';

/** A pivot below this value times n, relative to its row, is rounding. */
const ROUNDING = 4e-15;

export function matrixAreas(n: number, columns: number): Record<string, Area> {
  return {
    M: {size: n * n, double: true},
    B: {size: n * columns, double: true},
    B_copy: {size: n * columns, double: true},
    row_scale: {size: n},
    order: {size: n},
    determinants: {size: 3},
  };
}

const FACTORS = `
fn read_inputs() -> bool {
  var bad = 0f;
  let triangle = $kind <= 1;
  for (var e = lane; e < $n * $n; e += LANES) {
    let i = e / $n;
    let j = e % $n;
    var read = true;
    if ($kind == 1 || $kind == 2 || $kind == 4) { read = j <= i; }
    if ($kind == 0) { read = select(j >= i, j <= i, $lower > 0) && ($unit == 0 || i != j); }
    var a = 0f;
    if (read) { a = given_a(e); }
    if (!finite(a) || (triangle && read && i == j && a == 0)) { bad = 1; }
    wrd($M, e, wide(a));
  }
  for (var e = lane; e < $n * $columns; e += LANES) { wrd($B, e, wide(given_b(e))); }
  sync();
  return most(bad) == 0;
}
fn cholesky() -> bool {
  for (var j = 0; j < $n; j++) {
    for (var i = j + lane; i < $n; i += LANES) {
      var s = rdd($M, i * $n + j);
      for (var k = 0; k < j; k++) { s = sub(s, mul(rdd($M, i * $n + k), rdd($M, j * $n + k))); }
      wrd($M, i * $n + j, s);
    }
    sync();
    let pivot = rdd($M, j * $n + j);
    if (agree(!(pivot.x > 0))) { return false; }
    let diagonal = root(pivot);
    for (var i = j + 1 + lane; i < $n; i += LANES) { wrd($M, i * $n + j, div(rdd($M, i * $n + j), diagonal)); }
    if (lane == 0) { wrd($M, j * $n + j, diagonal); }
    sync();
  }
  return true;
}
fn lu() -> bool {
  for (var i = lane; i < $n; i += LANES) {
    var largest = 0f;
    for (var j = 0; j < $n; j++) { largest = max(largest, abs(rdd($M, i * $n + j).x)); }
    wr($row_scale, i, select(1 / largest, 0, largest == 0));
    wr($order, i, f32(i));
  }
  sync();
  for (var k = 0; k < $n; k++) {
    var p = k;
    var size_of = 0f;
    for (var i = k; i < $n; i++) {
      let candidate = abs(rdd($M, i * $n + k).x) * rd($row_scale, i);
      if (candidate > size_of) {
        size_of = candidate;
        p = i;
      }
    }
    if (agree(!(size_of > ${ROUNDING} * f32($n)))) { return false; }
    for (var j = lane; j < $n; j += LANES) {
      let a = rdd($M, k * $n + j);
      wrd($M, k * $n + j, rdd($M, p * $n + j));
      wrd($M, p * $n + j, a);
    }
    if (lane == 0) {
      let a = rd($order, k);
      wr($order, k, rd($order, p));
      wr($order, p, a);
      let s = rd($row_scale, k);
      wr($row_scale, k, rd($row_scale, p));
      wr($row_scale, p, s);
    }
    sync();
    let pivot = rdd($M, k * $n + k);
    for (var i = k + 1 + lane; i < $n; i += LANES) {
      let factor = div(rdd($M, i * $n + k), pivot);
      wrd($M, i * $n + k, factor);
      for (var j = k + 1; j < $n; j++) {
        wrd($M, i * $n + j, sub(rdd($M, i * $n + j), mul(factor, rdd($M, k * $n + j))));
      }
    }
    sync();
  }
  return true;
}
fn substitute(lower: bool, transposed: bool, unit: bool) {
  for (var step = 0; step < $n; step++) {
    let forward = lower != transposed;
    let j = select($n - 1 - step, step, forward);
    if (!unit) {
      let diagonal = rdd($M, j * $n + j);
      for (var c = lane; c < $columns; c += LANES) { wrd($B, j * $columns + c, div(rdd($B, j * $columns + c), diagonal)); }
    }
    sync();
    for (var e = lane; e < ($n - 1 - step) * $columns; e += LANES) {
      let i = e / $columns + select(0, j + 1, forward);
      let at = i * $columns + e % $columns;
      let m = rdd($M, select(i * $n + j, j * $n + i, transposed));
      wrd($B, at, sub(rdd($B, at), mul(m, rdd($B, j * $columns + e % $columns))));
    }
    sync();
  }
}

fn permute(back: bool) {
  for (var c = lane; c < $columns; c += LANES) {
    for (var i = 0; i < $n; i++) { wrd($B_copy, i * $columns + c, rdd($B, i * $columns + c)); }
    for (var i = 0; i < $n; i++) {
      let at = i32(rd($order, i));
      wrd($B, select(i, at, back) * $columns + c, rdd($B_copy, select(at, i, back) * $columns + c));
    }
  }
  sync();
}
`;

const SOLVE = `
fn power_below(a: f32) -> f32 { return bitcast<f32>(bitcast<u32>(a) & 0x7F800000u); }
fn determinant(regular: bool) {
  var mantissa = select(D(0, 0), D(1, 0), regular);
  var exponent = 0;
  for (var i = 0; i < $n && mantissa.x != 0; i++) {
    mantissa = mul(mantissa, rdd($M, i * $n + i));
    let unit = power_below(abs(mantissa.x));
    exponent += i32((bitcast<u32>(unit) >> 23) & 255) - 127;
    mantissa = mantissa * (1 / unit);
    // The parity of the order: each of its cycles, counted from its least entry.
    var length = 0;
    var at = i;
    loop {
      at = i32(rd($order, at));
      length++;
      if (at <= i) { break; }
    }
    if (at == i && length % 2 == 0) { mantissa = -mantissa; }
  }
  let half_of = exponent / 2;
  let finite_half = exp2(f32(clamp(half_of, -126, 126)));
  let other = exp2(f32(clamp(exponent - half_of, -126, 126)));
  wr($determinants, 0, mantissa.x * finite_half * other);
  wr($determinants, 1, sign(mantissa.x));
  let logarithm = log(abs(mantissa.x)) + f32(exponent) * 0.69314718;
  wr($determinants, 2, select(-uniforms.INFINITY, logarithm, mantissa.x != 0));
}
fn fill_with_nan() {
  for (var e = lane; e < $n * $n; e += LANES) { wrd($M, e, wide(uniforms.NAN)); }
  for (var e = lane; e < $n * $columns; e += LANES) { wrd($B, e, wide(uniforms.NAN)); }
  for (var e = lane; e < 3; e += LANES) { wr($determinants, e, uniforms.NAN); }
}
fn solve() {
  var regular = read_inputs();
  if (agree(!regular)) {
    fill_with_nan();
    return;
  }
  if ($kind == 2 || $kind == 4) { regular = cholesky(); }
  if ($kind == 3 || $kind == 5) { regular = lu(); }
  if ($kind == 5) {
    if (lane == 0) { determinant(regular); }
    return;
  }
  if (agree(!regular)) {
    fill_with_nan();
    return;
  }
  if ($kind == 4) {
    for (var e = lane; e < $n * $n; e += LANES) { if (e % $n > e / $n) { wrd($M, e, D(0, 0)); } }
    return;
  }
  if ($kind == 3 && $transposed == 0) { permute(false); }
  for (var pass_of = 0; pass_of < select(2, 1, $kind == 0); pass_of++) {
    let first = pass_of == 0;
    var lower = true;
    var transposed = !first;
    var unit = false;
    if ($kind == 0) {
      lower = $lower > 0;
      transposed = $transposed > 0;
      unit = $unit > 0;
    }
    if ($kind == 3) {
      transposed = $transposed > 0;
      lower = first != transposed;
      unit = lower;
    }
    substitute(lower, transposed, unit);
  }
  if ($kind == 3 && $transposed > 0) { permute(true); }
}
`;

export const matrixRoutine: Routine = {name: 'matrices', code: () => [FACTORS, SOLVE].join('\n')};
