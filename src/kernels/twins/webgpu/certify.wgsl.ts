/** @file WGSL: the error quotients of a given point of a quadratic program. */
import {UNBOUNDED} from '../../contracts/qp-limits.js';
import {BIG_NUMBERS} from './big-numbers.wgsl.js';
import {CERTIFICATE, measureAreas} from './measure.wgsl.js';
import type {Area, Routine} from './run-problems.js';

export function certifyAreas(n: number, rows: number): Record<string, Area> {
  return {...measureAreas(n, rows), residual: {size: 1}, ordered_rows: {size: rows}};
}

const SOLVE = `
fn read_entry(area: i32, exponents: i32, i: i32, value: f32) -> bool {
  let own = exponent_of(value);
  wrd(area, i, wide(shifted(value, -own)));
  wr(exponents, i, f32(select(own, 0, own < -126)));
  return finite(value);
}
fn solve() {
  var bad = 0f;
  read_bounds();
  for (var j = lane; j < $n; j += LANES) {
    if (!read_entry($exact_x, $exact_x_exponent, j, given_x(j)) || !finite(given_p(j))) { bad = 1; }
    for (var i = 0; i < $n; i++) { if (!finite(given_Q(j * $n + i))) { bad = 1; } }
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    var y = 0f;
    var d = 0f;
    if (i < $k) {
      y = given_eqDual(i);
      d = given_b(i);
    } else {
      y = given_ineqDual(i - $k);
      d = given_h(i - $k);
    }
    if (!read_entry($exact_y, $exact_y_exponent, i, y)) { bad = 1; }
    // No bound is +Infinity, told by its bits.
    if (!finite(d) && (i < $k || bitcast<u32>(d) != 0x7F800000u)) { bad = 1; }
    for (var j = 0; j < $n; j++) { if (!finite(entry_C(i, j))) { bad = 1; } }
  }
  sync();
  bad = most(bad);
  measure($exact_x, $exact_x_exponent, $exact_y, $exact_y_exponent, false);
  var column_terms = $column_terms;
  var row_terms = $row_terms;
  var off = f32(${UNBOUNDED});
  for (var turn = 0; turn < 2; turn++) {
    off = min(off, quotients($exact_y, $exact_y_exponent, column_terms, row_terms));
    if (agree(turn == 1 || off <= $enough)) { break; }
    measure_sizes($exact_x, $exact_x_exponent, $exact_y, $exact_y_exponent);
    column_terms = $sized_columns;
    row_terms = $sized_rows;
  }
  if (lane == 0) { wr($residual, 0, select(off, ${UNBOUNDED}, bad > 0)); }
  for (var i = lane; i < $k + $m; i += LANES) { wr($ordered_rows, select(i - $k, $m + i, i < $k), rd($rows, i)); }
}
`;

export const certifyRoutine: Routine = {
  name: 'certificate of quadratic programs',
  code: () => [BIG_NUMBERS, CERTIFICATE, SOLVE].join('\n'),
};
