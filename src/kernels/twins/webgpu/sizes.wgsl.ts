/** @file WGSL: the minimum size that an entry close to zero counts as, given its neighbours; see `qp/certificate.ts`. */
import {ACTIVE, HOPS, NEIGHBOUR, TIGHT} from '../../contracts/qp-limits.js';

/**
 * Writes the terms to `sized_columns` and `sized_rows`. An entry that is close to zero counts as at least a share of the terms of its
 * neighbours.
 */
export const SIZES = `
fn is_active(i: i32) -> bool { return rd($held, i) > 0; }
fn sum_with(s: Big, a: f32, b: Big) -> Big {
  let t = big(abs(mantissa_of(a)) * b.x, exponent_of(a) + i32(b.y));
  let top = bigger(s, t);
  return big(shifted(s.x, i32(s.y - top.y)) + shifted(t.x, i32(t.y - top.y)), i32(top.y));
}
fn measure_sizes(x: i32, x_exponent: i32, y: i32, y_exponent: i32) {
  for (var j = lane; j < $n; j += LANES) { wrd($x_sizes, j, big(abs(rdd(x, j).x), i32(rd(x_exponent, j)))); }
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($y_sizes, i, big(abs(rdd(y, i).x), i32(rd(y_exponent, i))));
    let off = quotient(abs(rdd($excess, i).x), rd($excess_exponent, i), rdd($row_terms, i));
    let holds = rd($missing, i) == 0 && rd($multipliers, i) > ${ACTIVE} && off <= ${TIGHT};
    wr($held, i, select(0f, 1f, i < $k || holds));
  }
  sync();
  for (var hop = 0; hop <= ${HOPS}; hop++) {
    // The last round sums what the others have found; the first also sums what the point itself has.
    let last = hop == ${HOPS};
    for (var j = lane; j < $n; j += LANES) {
      var s = big(abs(given_p(j)), 0);
      var top = none();
      var entries = 0;
      for (var i = 0; i < $n; i++) {
        let a = entry_P(j, i);
        if (a == 0) { continue; }
        entries++;
        let v = rdd($x_sizes, i);
        s = sum_with(s, a, v);
        top = bigger(top, big_product(big(abs(a), 0), v));
      }
      if (hop == 0) { wrd($base, j, s); }
      if (last) {
        for (var i = 0; i < $k + $m; i++) { s = sum_with(s, entry_C(i, j), rdd($y_sizes, i)); }
        wrd($sized_columns, j, s);
      }
      wrd($column_top, j, select(none(), top, entries > 1));
    }
    for (var i = lane; i < $k + $m; i += LANES) {
      var s = big(abs(rd($bound, i)), 0);
      var top = none();
      var entries = 0;
      for (var j = 0; j < $n; j++) {
        let a = entry_C(i, j);
        if (a == 0) { continue; }
        entries++;
        let v = rdd($x_sizes, j);
        s = sum_with(s, a, v);
        top = bigger(top, big_product(big(abs(a), 0), v));
      }
      if (last) { wrd($sized_rows, i, s); }
      wrd($row_top, i, select(none(), top, entries > 1 && is_active(i)));
    }
    sync();
    if (agree(last)) { break; }
    for (var j = lane; j < $n; j += LANES) {
      var reach = none();
      for (var i = 0; i < $n + $k + $m; i++) {
        var a = 0f;
        var top = none();
        if (i < $n) { top = rdd($column_top, i); } else { top = rdd($row_top, i - $n); }
        if (top.x == 0) { continue; }
        if (i < $n) { a = entry_P(i, j); } else { a = entry_C(i - $n, j); }
        reach = bigger(reach, big_quotient(top, big(abs(a), 0)));
      }
      wrd($x_sizes, j, bigger(rdd($x_sizes, j), big_product(reach, big(${NEIGHBOUR}, 0))));
    }
    sync();
    for (var j = lane; j < $n; j += LANES) {
      var top = rdd($base, j);
      for (var i = 0; i < $k + $m; i++) {
        if (is_active(i)) { top = bigger(top, big_product(big(abs(entry_C(i, j)), 0), rdd($y_sizes, i))); }
      }
      wrd($column_top, j, top);
    }
    sync();
    for (var i = lane; i < $k + $m; i += LANES) {
      if (!is_active(i)) { continue; }
      var reach = none();
      for (var j = 0; j < $n; j++) {
        reach = bigger(reach, big_quotient(rdd($column_top, j), big(abs(entry_C(i, j)), 0)));
      }
      wrd($y_sizes, i, bigger(rdd($y_sizes, i), big_product(reach, big(${NEIGHBOUR}, 0))));
    }
    sync();
  }
}
`;
