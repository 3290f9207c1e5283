/**
 * @file WGSL: how far a point is from solving a quadratic program, as explained in `qp/certificate.ts`. Each row and column is measured
 * against its own terms, in the units of the given problem.
 *
 * A vector stores the mantissa (a double) and the exponent of each entry: `x` and `x_exponent`, and so on.
 */
import {HOPELESS, UNBOUNDED, ZERO} from '../../contracts/qp-limits.js';
import type {Area} from './run-problems.js';
import {SIZES} from './sizes.wgsl.js';

export function measureAreas(n: number, rows: number): Record<string, Area> {
  return {
    bound: {size: rows},
    missing: {size: rows},
    exact_x: {size: n, double: true},
    exact_x_exponent: {size: n},
    exact_y: {size: rows, double: true},
    exact_y_exponent: {size: rows},
    gradient: {size: n, double: true},
    gradient_exponent: {size: n},
    excess: {size: rows, double: true},
    excess_exponent: {size: rows},
    column_terms: {size: n, double: true},
    row_terms: {size: rows, double: true},
    cost_terms: {size: n, double: true},
    cancels: {size: n},
    held: {size: rows},
    columns: {size: n},
    rows: {size: rows},
    multipliers: {size: rows},
    x_sizes: {size: n, double: true},
    y_sizes: {size: rows, double: true},
    base: {size: n, double: true},
    column_top: {size: n, double: true},
    row_top: {size: rows, double: true},
    sized_columns: {size: n, double: true},
    sized_rows: {size: rows, double: true},
  };
}

const ENTRIES = `
fn entry_P(i: i32, j: i32) -> f32 { return 0.5 * given_Q(i * $n + j) + 0.5 * given_Q(j * $n + i); }
fn entry_C(i: i32, j: i32) -> f32 {
  var value = 0f;
  if (i < $k) { value = given_A(i * $n + j); } else { value = given_G((i - $k) * $n + j); }
  return value;
}
// Rows without a bound, and rows of zeros that hold, are absent; infinities are told by their bits.
fn read_bounds() {
  for (var i = lane; i < $k + $m; i += LANES) {
    var d = 0f;
    if (i < $k) { d = given_b(i); } else { d = given_h(i - $k); }
    var absent = false;
    if (!finite(d)) {
      absent = true;
    } else if (i >= $k && d >= $no_bound) {
      absent = true;
    } else if (select(-d, abs(d), i < $k) <= ${ZERO}) {
      absent = true;
      for (var j = 0; j < $n; j++) { if (entry_C(i, j) != 0) { absent = false; } }
    }
    wr($missing, i, select(0f, 1f, absent));
    wr($bound, i, select(d, 0f, absent));
  }
  sync();
}
`;

const MEASURE = `
fn measure(x: i32, x_exponent: i32, y: i32, y_exponent: i32, homogeneous: bool) {
  for (var i = lane; i < $k + $m; i += LANES) {
    let d = select(rd($bound, i), 0, homogeneous);
    var top = select(exponent_of(d), NO_EXPONENT, d == 0);
    for (var j = 0; j < $n; j++) {
      let a = entry_C(i, j);
      if (a != 0 && rdd(x, j).x != 0) { top = max(top, exponent_of(a) + i32(rd(x_exponent, j))); }
    }
    var s = D(0, 0);
    var terms = 0f;
    for (var j = 0; j < $n; j++) {
      let v = rdd(x, j);
      if (v.x == 0) { continue; }
      let a = shifted(entry_C(i, j), i32(rd(x_exponent, j)) - top);
      if (a == 0) { continue; }
      s = gather(s, a, v);
      terms += abs(a * v.x);
    }
    let e = shifted(d, -top);
    wrd($excess, i, sub(quick(s.x, s.y), wide(e)));
    wr($excess_exponent, i, f32(top));
    wrd($row_terms, i, big(terms + abs(e), top));
  }
  for (var j = lane; j < $n; j += LANES) {
    let q = select(given_p(j), 0, homogeneous);
    var top = select(exponent_of(q), NO_EXPONENT, q == 0);
    for (var i = 0; i < $n; i++) {
      let a = entry_P(i, j);
      if (a != 0 && rdd(x, i).x != 0) { top = max(top, exponent_of(a) + i32(rd(x_exponent, i))); }
    }
    for (var i = 0; i < $k + $m; i++) {
      if (rdd(y, i).x == 0) { continue; }
      let a = entry_C(i, j);
      if (a != 0) { top = max(top, exponent_of(a) + i32(rd(y_exponent, i))); }
    }
    var s = wide(shifted(q, -top));
    var terms = abs(s.x);
    var cost = terms;
    let own = s;
    var of_P = s;
    for (var i = 0; i < $n + $k + $m; i++) {
      var v = D(0, 0);
      var a = 0f;
      if (i < $n) { v = rdd(x, i); } else { v = rdd(y, i - $n); }
      if (v.x == 0) { continue; }
      if (i < $n) {
        a = shifted(entry_P(i, j), i32(rd(x_exponent, i)) - top);
      } else {
        a = shifted(entry_C(i - $n, j), i32(rd(y_exponent, i - $n)) - top);
      }
      if (a == 0) { continue; }
      s = gather(s, a, v);
      terms += abs(a * v.x);
      if (i < $n) {
        cost += abs(a * v.x);
        of_P = s;
      }
    }
    wrd($cost_terms, j, big(cost, top));
    let kept_of = max(abs(sub(quick(of_P.x, of_P.y), own).x), abs(own.x));
    wr($cancels, j, select(0f, 1f, q != 0 && cost - abs(own.x) > ${HOPELESS} * kept_of));
    wrd($gradient, j, quick(s.x, s.y));
    wr($gradient_exponent, j, f32(top));
    wrd($column_terms, j, big(terms, top));
  }
  sync();
}
fn quotient(error: f32, exponent: f32, terms: Big) -> f32 {
  let none_of_it = terms.x == 0;
  let share_of = shifted(error / select(terms.x, 1, none_of_it), i32(exponent - terms.y));
  return select(select(min(share_of, ${UNBOUNDED}), ${UNBOUNDED}, none_of_it), 0, error == 0);
}
// What a·v·2^e is of the terms.
fn part_of(a: f32, v: f32, e: f32, terms: Big) -> f32 {
  let none_of_it = terms.x == 0;
  let share_of = abs(mantissa_of(a) * v) / select(terms.x, 1, none_of_it);
  return select(shifted(share_of, exponent_of(a) + i32(e - terms.y)), 0, none_of_it);
}
// The largest quotient; that of each row and column goes to $rows and $columns.
fn quotients(y: i32, y_exponent: i32, column_terms: i32, row_terms: i32) -> f32 {
  var largest = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let off = quotient(abs(rdd($gradient, j).x), rd($gradient_exponent, j), rdd(column_terms, j));
    wr($columns, j, off);
    largest = max(largest, off);
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    let v = rdd(y, i).x;
    var multiplier = 0f;
    if (v != 0) {
      for (var j = 0; j < $n; j++) {
        multiplier = max(multiplier, part_of(entry_C(i, j), v, rd(y_exponent, i), rdd(column_terms, j)));
      }
    }
    wr($multipliers, i, multiplier);
    let excess = rdd($excess, i).x;
    var off = quotient(abs(excess), rd($excess_exponent, i), rdd(row_terms, i));
    if (i >= $k && excess < 0) { off = min(off, multiplier); }
    if (rd($missing, i) > 0) { off = 0; }
    wr($rows, i, off);
    largest = max(largest, off);
  }
  sync();
  return most(largest);
}
`;

export const CERTIFICATE = [ENTRIES, MEASURE, SIZES].join('\n');
