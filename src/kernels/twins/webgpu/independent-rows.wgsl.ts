/**
 * @file WGSL: moves a point onto the solution of independent rows of its active set, as explained in `qp/independent-set.ts`. It is for
 * points whose active rows depend on each other, or whose curvature is close to zero. Everything is in doubles.
 */
import {addedRowsAreas} from './added-rows.wgsl.js';
import type {Areas} from './memory.js';

/**
 * A row is independent if its part outside of the span of the others is at least this. A smaller part may come from rounding its entries to
 * f32.
 */
export const CLEARLY = 1e-6;
/** Rows that differ from the others by at least this much are chosen first. */
const STANDS_OUT = [0.1, 1e-4, CLEARLY];
const REFINEMENTS = 3;
/** A pivot below this share of its diagonal entry is rounding. */
const FLAT = 1e-11;
/** The rank of an equality, and of a row without slack, among the rows that can be chosen. */
const FIRST = 2e30;
const NO_SLACK = 1e30;

/** The places of vectors, with those of `added-rows.wgsl.ts`. */
export function independentRowsAreas(n: number, rows: number): Areas {
  return {
    ...addedRowsAreas(n, rows),
    ...Object.fromEntries(['f', 'image', 'found_x'].map((name) => [name, {size: n, double: true}])),
    ...Object.fromEntries(['along', 'bounds', 'found_y'].map((name) => [name, {size: rows, double: true}])),
    flat: {size: n},
    rank: {size: rows},
    tried: {size: rows},
  };
}

const CHOICE = `
// The point in scaled units, and which rows it is on: those with more multiplier than slack, the clearest first.
fn read_point() {
  for (var j = lane; j < $n; j += LANES) {
    let e = i32(candidate_x_exponent(j)) + exponent_of(beta_of) - exponent_of(rd($D, j));
    let v = candidate_x(j);
    wrd($found_x, j, D(shifted(v.x, e), shifted(v.y, e)));
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    let e = i32(candidate_y_exponent(i)) + exponent_of(c_of) + exponent_of(beta_of) - exponent_of(rd($E, i));
    let v = candidate_y(i);
    wrd($found_y, i, D(shifted(v.x, e), shifted(v.y, e)));
    wrd($bounds, i, rdd($d, i));
  }
  sync();
  times_C($found_x, $along);
  for (var i = lane; i < $k + $m; i += LANES) {
    let s = sub(rdd($bounds, i), rdd($along, i));
    let y = rdd($found_y, i);
    var rank_of = f32(${FIRST});
    if (i >= $k) {
      rank_of = ${NO_SLACK};
      if (s.x > 0) { rank_of = min(y.x / s.x, ${NO_SLACK}); }
      if (!less(s, y)) { rank_of = 0; }
    }
    wr($rank, i, select(rank_of, 0, rd($absent, i) > 0));
    wr($in_set, i, 0);
  }
  sync();
}
// The row of the highest rank that is neither chosen nor tried.
fn next_row() -> i32 {
  var largest = 0f;
  var which = -1f;
  for (var i = lane; i < $k + $m; i += LANES) {
    let rank_of = rd($rank, i);
    if (rd($in_set, i) > 0 || rd($tried, i) > 0 || rank_of <= largest) { continue; }
    largest = rank_of;
    which = f32(i);
  }
  let top = most(largest);
  if (agree(top == 0)) { return -1; }
  return i32(most(select(-1f, which, largest == top)));
}
fn nothing_tried() {
  for (var i = lane; i < $k + $m; i += LANES) { wr($tried, i, 0); }
  sync();
}
fn mark_tried(row: i32) {
  if (lane == 0) { wr($tried, row, 1); }
  sync();
}
// Row i's multiplier goes to the rows that it depends on; where one of those cannot take it, that one leaves.
fn hand_over(i: i32) {
  for (var turn = 0; turn <= $n; turn++) {
    if (agree(!direction(i))) {
      add_row(i);
      return;
    }
    var leaving = -1;
    var part = rdd($found_y, i);
    for (var l = 0; l < count && i >= $k; l++) {
      let member = i32(rd($members, l));
      let rate = rdd($dual, l);
      if (member < $k || !(rate.x < 0)) { continue; }
      let most_of = div(rdd($found_y, member), -rate);
      if (less(most_of, part)) {
        leaving = l;
        part = most_of;
      }
    }
    sync();
    for (var l = lane; l < count; l += LANES) {
      let member = i32(rd($members, l));
      wrd($found_y, member, add(rdd($found_y, member), mul(part, rdd($dual, l))));
    }
    if (lane == 0) { wrd($found_y, i, sub(rdd($found_y, i), part)); }
    sync();
    if (agree(leaving < 0)) { return; }
    remove_row(share(leaving));
  }
}
fn choose_rows() {
  count = 0;
  for (var l = lane; l < $n * $n; l += LANES) { wrd($J, l, D(select(0f, 1f, l / $n == l % $n), 0)); }
  for (var part = 0; part < ${STANDS_OUT.length}; part++) {
    nothing_tried();
    for (var turn = 0; turn < $k + $m; turn++) {
      let row = next_row();
      if (agree(row < 0)) { break; }
      direction(row);
      if (agree(outside_part > array(${STANDS_OUT.join(', ')})[part])) { add_row(row); } else { mark_tried(row); }
    }
  }
  nothing_tried();
  for (var turn = 0; turn < $k + $m; turn++) {
    let row = next_row();
    if (agree(row < 0)) { break; }
    mark_tried(row);
    hand_over(row);
  }
}
`;

const STEPS = `
// Z holds the directions that keep the chosen rows, the last rows of J: the lower factor of ZᵀPZ goes to where R has nothing.
fn factor_curvature() {
  let free = share($n - count);
  let first = $n - free;
  for (var i = 0; i < free; i++) {
    for (var j = lane; j < $n; j += LANES) {
      var s = D(0, 0);
      for (var l = 0; l < $n; l++) { s = add(s, scale(rdd($J, (first + i) * $n + l), rd($P, j * $n + l))); }
      wrd($image, j, s);
    }
    sync();
    for (var l = lane; l <= i; l += LANES) { wrd($R, (first + i) * $n + first + l, dot_J(first + l, $image)); }
    sync();
  }
  for (var i = 0; i < free; i++) {
    if (lane == 0) {
      for (var l = 0; l <= i; l++) {
        let at = (first + i) * $n + first + l;
        var s = rdd($R, at);
        let own = s.x;
        for (var r = 0; r < l; r++) {
          s = sub(s, mul(rdd($R, (first + i) * $n + first + r), rdd($R, (first + l) * $n + first + r)));
        }
        if (l < i) {
          wrd($R, at, select(div(s, rdd($R, (first + l) * $n + first + l)), D(0, 0), rd($flat, l) > 0));
        } else {
          let curved = s.x > ${FLAT} * own;
          wr($flat, i, select(1f, 0f, curved));
          wrd($R, at, select(D(1, 0), root(s), curved));
        }
      }
    }
    sync();
  }
}
// Along Z to where the gradient in $f has no part in it, where there is curvature.
fn step_along() {
  let free = share($n - count);
  let first = $n - free;
  for (var i = lane; i < free; i += LANES) { wrd($g_part, i, -dot_J(first + i, $f)); }
  sync();
  if (lane == 0) {
    for (var i = 0; i < free; i++) {
      var s = rdd($g_part, i);
      for (var l = 0; l < i; l++) { s = sub(s, mul(rdd($R, (first + i) * $n + first + l), rdd($g_part, l))); }
      wrd($g_part, i, select(div(s, rdd($R, (first + i) * $n + first + i)), D(0, 0), rd($flat, i) > 0));
    }
    for (var i = free - 1; i >= 0; i--) {
      var s = rdd($g_part, i);
      for (var l = i + 1; l < free; l++) { s = sub(s, mul(rdd($R, (first + l) * $n + first + i), rdd($g_part, l))); }
      wrd($g_part, i, select(div(s, rdd($R, (first + i) * $n + first + i)), D(0, 0), rd($flat, i) > 0));
    }
  }
  sync();
  for (var j = lane; j < $n; j += LANES) {
    var s = rdd($found_x, j);
    for (var i = 0; i < free; i++) { s = add(s, mul(rdd($g_part, i), rdd($J, (first + i) * $n + j))); }
    wrd($found_x, j, s);
  }
  sync();
}
fn lagrangian() {
  times_P($found_x, $f);
  add_times_Ct($found_y, $f);
  add_scaled($f, D(1, 0), $q, $n);
}
fn solve_on_rows() {
  choose_rows();
  factor_curvature();
  clear($found_y, $k + $m);
  clear($point_y, $k + $m);
  for (var round = 0; round < ${REFINEMENTS}; round++) {
    // To the rows first, then along them; then the multipliers of what is left.
    times_C($found_x, $along);
    for (var i = lane; i < $k + $m; i += LANES) {
      wrd($d, i, select(D(0, 0), sub(rdd($bounds, i), rdd($along, i)), rd($in_set, i) > 0));
    }
    clear($f, $n);
    refresh(-1, D(0, 0));
    add_scaled($found_x, D(1, 0), $point_x, $n);
    lagrangian();
    step_along();
    lagrangian();
    clear($d, $k + $m);
    refresh(-1, D(0, 0));
    for (var i = lane; i < $k + $m; i += LANES) {
      if (rd($in_set, i) > 0) { wrd($found_y, i, add(rdd($found_y, i), rdd($point_y, i))); }
    }
    sync();
  }
}
`;

/** `read_point` and `solve_on_rows`, for a problem that has been read and scaled. */
export const INDEPENDENT_ROWS = [CHOICE, STEPS].join('\n');
