/** @file WGSL: sets entries of a solution to zero that differ from zero only by rounding, as explained in `qp/exact-zeros.ts`. */
import type {Area} from './run-problems.js';

export function exactZeroAreas(n: number, rows: number): Record<string, Area> {
  return {
    keep_x: {size: n},
    keep_y: {size: rows},
    column_has_size: {size: n},
    row_has_size: {size: rows},
  };
}

/** The terms are those of the point itself, not of its neighbours. */
export const EXACT_ZEROS = `
fn clear_rounding(negligible: f32) {
  for (var j = lane; j < $n; j += LANES) {
    wr($keep_x, j, select(0f, 1f, rdd($exact_x, j).x == 0));
    wr($column_has_size, j, select(0f, 1f, given_p(j) != 0));
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    wr($keep_y, i, select(0f, 1f, rdd($exact_y, i).x == 0));
    wr($row_has_size, i, select(0f, 1f, rd($bound, i) != 0));
  }
  sync();
  loop {
    var doubtful = 0f;
    for (var j = lane; j < $n; j += LANES) {
      if (rd($keep_x, j) > 0) { continue; }
      let v = rdd($exact_x, j).x;
      let e = rd($exact_x_exponent, j);
      var part = 0f;
      for (var i = 0; i < $n; i++) {
        if (rd($column_has_size, i) > 0) { part = max(part, part_of(entry_P(i, j), v, e, rdd($column_terms, i))); }
      }
      for (var i = 0; i < $k + $m; i++) {
        if (rd($row_has_size, i) > 0) { part = max(part, part_of(entry_C(i, j), v, e, rdd($row_terms, i))); }
      }
      if (part > negligible) { wr($keep_x, j, 1); } else { doubtful = 1; }
    }
    for (var i = lane; i < $k + $m; i += LANES) {
      if (rd($keep_y, i) > 0) { continue; }
      let v = rdd($exact_y, i).x;
      let e = rd($exact_y_exponent, i);
      var part = 0f;
      for (var j = 0; j < $n; j++) {
        if (rd($column_has_size, j) > 0) { part = max(part, part_of(entry_C(i, j), v, e, rdd($column_terms, j))); }
      }
      if (part > negligible) { wr($keep_y, i, 1); } else { doubtful = 1; }
    }
    sync();
    if (agree(most(doubtful) == 0)) { return; }
    // A row gets a size from an entry that matters elsewhere.
    var changed = 0f;
    for (var j = lane; j < $n; j += LANES) {
      if (rd($column_has_size, j) > 0) { continue; }
      for (var i = 0; i < $n; i++) {
        if (rd($keep_x, i) > 0 && rdd($exact_x, i).x != 0 && entry_P(i, j) != 0) { changed = 1; wr($column_has_size, j, 1); }
      }
      for (var i = 0; i < $k + $m; i++) {
        if (rd($keep_y, i) > 0 && rdd($exact_y, i).x != 0 && entry_C(i, j) != 0) { changed = 1; wr($column_has_size, j, 1); }
      }
    }
    for (var i = lane; i < $k + $m; i += LANES) {
      if (rd($row_has_size, i) > 0 || rd($missing, i) > 0) { continue; }
      for (var j = 0; j < $n; j++) {
        if (rd($keep_x, j) > 0 && rdd($exact_x, j).x != 0 && entry_C(i, j) != 0) { changed = 1; wr($row_has_size, i, 1); }
      }
    }
    sync();
    if (agree(most(changed) == 0)) { break; }
  }
  for (var j = lane; j < $n; j += LANES) { if (rd($keep_x, j) == 0) { wrd($exact_x, j, D(0, 0)); } }
  for (var i = lane; i < $k + $m; i += LANES) { if (rd($keep_y, i) == 0) { wrd($exact_y, i, D(0, 0)); } }
  sync();
}
`;
