/**
 * @file WGSL: a dual active-set method for quadratic programs, as explained in `qp/active-set.ts` and `qp/added-rows.ts`. It handles
 * problems that the interior point did not solve, because it is not sensitive to differences of scale. Everything is in doubles.
 */
import {CANCELS, CONTRADICTION, FALLS, FLAT} from '../../contracts/qp-limits.js';
import {addedRowsAreas} from './added-rows.wgsl.js';
import {DESCENT_RAY, FARKAS_RAY, NOTHING, POINT} from './candidate.wgsl.js';
import type {Areas} from './memory.js';

/** See `qp/active-set.ts`. Tolerances below the rounding of 48 bits are larger here. */
const VIOLATED = 1e-11;
const HOLDS = 1e-9;
const NOISE = 1e-11;
const STEPS = 20;
/** The curvature that is added, relative to the largest: none if there is enough, then less and less. */
const PROXIMITIES = [0, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-9, 1e-9];
const ENOUGH_CURVATURE = 1e-5;
/** The error that the added curvature may leave in a variable's stationarity, relative to its terms. Below STILL the search stops. */
const STILL = 1e-12;
const SOLVED = 0;
const CONTRADICTORY = 1;
const FAILED = 2;

/** The places of vectors, with those of `added-rows.wgsl.ts`. */
export function activeSetAreas(n: number, rows: number): Areas {
  const vectors = ['f', 'center', 'image', 'best_x'];
  return {
    ...Object.fromEntries(vectors.map((name) => [name, {size: n, double: true}])),
    ...addedRowsAreas(n, rows),
    along: {size: rows, double: true},
    best_y: {size: rows, double: true},
  };
}

const ROWS = `
var<private> noise: f32;
fn most_violated() -> i32 {
  var largest = 0f;
  var worst = -1f;
  for (var i = $k + lane; i < $k + $m; i += LANES) {
    if (rd($in_set, i) > 0 || rd($absent, i) > 0) { continue; }
    let d = rdd($d, i);
    var terms = abs(d.x);
    var size_of = 0f;
    for (var j = 0; j < $n; j++) {
      let a = rd($C, i * $n + j);
      terms += abs(a * rdd($point_x, j).x);
      size_of += a * a;
    }
    let excess = sub(dot_C(i, $point_x), d).x;
    if (!(excess > ${VIOLATED} * terms) || size_of == 0) { continue; }
    let distance = excess / sqrt(size_of);
    if (distance > largest) {
      largest = distance;
      worst = f32(i);
    }
  }
  let top = most(largest);
  if (agree(top == 0)) { return -1; }
  return i32(most(select(-1f, worst, largest == top)));
}
// Row i is a combination of W, with another right-hand side: whether by more than rounding, then the ray is left in $along. Else
// these right-hand sides move until they agree.
fn contradiction(i: i32, side: f32) -> bool {
  clear($along, $k + $m);
  if (lane == 0) {
    wrd($along, i, wide(side));
    for (var l = 0; l < count; l++) {
      let member = i32(rd($members, l));
      let v = -scale(rdd($dual, l), side);
      wrd($along, member, select(v, D(0, 0), member >= $k && v.x < 0));
    }
  }
  sync();
  var gap = D(0, 0);
  var terms = 0f;
  var squares = 0f;
  var whole = 0f;
  for (var r = 0; r < $k + $m; r++) {
    let v = rdd($along, r);
    if (v.x == 0) { continue; }
    let term = mul(v, rdd($d, r));
    gap = sub(gap, term);
    terms += abs(term.x);
    squares += term.x * term.x;
    whole += abs(v.x);
  }
  if (agree(gap.x > ${CONTRADICTION} * terms && gap.x > noise * whole)) { return true; }
  if (agree(gap.x > 0 && squares > 0)) {
    for (var r = lane; r < $k + $m; r += LANES) {
      let d = rdd($d, r);
      wrd($d, r, add(d, scale(mul(mul(gap, rdd($along, r)), d), d.x / squares)));
    }
    sync();
  }
  return false;
}
// Moves on until row i holds, letting rows go whose multipliers would become negative.
fn bring_in(i: i32) -> i32 {
  var t = D(0, 0);
  // A row that was added without a step ends it.
  var last = false;
  for (var step = 0; step < 4 * ($n + $k + $m); step++) {
    let depends = direction(i);
    if (agree(last)) {
      add_row(i);
      refresh(-1, t);
      return ${SOLVED};
    }
    let off = sub(dot_C(i, $point_x), rdd($d, i));
    let side = select(1f, -1f, i < $k && off.x < 0);
    var blocking = -1;
    var longest = D(1e30, 0);
    for (var l = 0; l < count; l++) {
      let member = i32(rd($members, l));
      let rate = scale(rdd($dual, l), side);
      if (member < $k || !(rate.x > 0)) { continue; }
      let length_of = div(larger(D(0, 0), rdd($point_y, member)), rate);
      if (less(length_of, longest)) {
        blocking = l;
        longest = length_of;
      }
    }
    if (agree(depends && blocking < 0)) {
      var terms = abs(rdd($d, i).x);
      for (var j = 0; j < $n; j++) { terms += abs(rd($C, i * $n + j) * rdd($point_x, j).x); }
      let holds = max(${HOLDS}, dependent) * terms;
      if (agree(abs(off.x) > holds)) {
        if (agree(contradiction(i, side))) { return ${CONTRADICTORY}; }
        refresh(i, t);
        let left = sub(dot_C(i, $point_x), rdd($d, i)).x;
        if (agree(!(abs(left) <= holds))) { return ${FAILED}; }
      }
      // What the row carries goes to those that it depends on, unless one of them cannot take it.
      var overdrawn = -1;
      var least = 1f;
      for (var l = 0; l < count; l++) {
        let member = i32(rd($members, l));
        let part = mul(t, rdd($dual, l)).x;
        if (member < $k || !(part < 0)) { continue; }
        let share_of = max(0, rdd($point_y, member).x) / -part;
        if (share_of < least) {
          overdrawn = l;
          least = share_of;
        }
      }
      if (agree(overdrawn < 0)) {
        refresh(-1, t);
        return ${SOLVED};
      }
      t = add(t, div(rdd($point_y, i32(rd($members, overdrawn))), rdd($dual, overdrawn)));
      remove_row(share(overdrawn));
      last = true;
    } else {
      let full = div(size(off), square);
      if (agree(!depends && !less(longest, full))) {
        last = true;
        continue;
      }
      t = add(t, scale(longest, side));
      remove_row(share(blocking));
    }
    refresh(i, t);
  }
  return ${FAILED};
}
fn solve_rows(proximity: f32, least_pivot: f32) -> i32 {
  if (agree(!start_rows(proximity, least_pivot))) { return ${FAILED}; }
  for (var j = lane; j < $n; j += LANES) { wrd($f, j, sub(rdd($q, j), scale(rdd($center, j), proximity))); }
  for (var i = lane; i < $k + $m; i += LANES) {
    wr($in_set, i, 0);
    wrd($point_y, i, D(0, 0));
  }
  sync();
  refresh(-1, D(0, 0));
  var outcome = ${SOLVED};
  for (var step = 0; step < ${STEPS} * ($n + $k + $m); step++) {
    iterations++;
    var next = step;
    if (agree(step >= $k)) { next = most_violated(); }
    if (agree(next < 0)) { return ${SOLVED}; }
    if (agree(rd($absent, next) > 0)) { continue; }
    outcome = bring_in(next);
    if (agree(outcome != ${SOLVED})) { return outcome; }
  }
  return ${FAILED};
}
`;

const SOLVE = `
// Whether $image is a direction of unbounded descent, as far as a judge may believe it.
fn falls_without_end() -> bool {
  let least = ${NOISE} * norm($image, $n);
  for (var j = lane; j < $n; j += LANES) { if (abs(rdd($image, j).x) < least) { wrd($image, j, D(0, 0)); } }
  sync();
  var off = 0f;
  for (var i = lane; i < $n; i += LANES) {
    var s = D(0, 0);
    var terms = 0f;
    for (var j = 0; j < $n; j++) {
      let a = rd($P, i * $n + j);
      s = gather(s, a, rdd($image, j));
      terms += abs(a * rdd($image, j).x);
    }
    off = max(off, abs(s.x) - ${FLAT} * terms);
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    if (rd($absent, i) > 0) { continue; }
    var terms = 0f;
    for (var j = 0; j < $n; j++) { terms += abs(rd($C, i * $n + j) * rdd($image, j).x); }
    let s = dot_C(i, $image).x;
    off = max(off, select(s, abs(s), i < $k) - ${CANCELS} * terms);
  }
  var fall = D(0, 0);
  var all = D(0, 0);
  for (var j = lane; j < $n; j += LANES) {
    let term = mul(rdd($q, j), rdd($image, j));
    fall = sub(fall, term);
    all.x += abs(term.x);
  }
  let worst = most(off);
  return worst <= 0 && total(fall).x > ${FALLS} * total(all).x;
}
// What the added curvature leaves of stationarity, relative to each variable's terms, after the step $image.
fn left_by(proximity: f32) -> f32 {
  var off = 0f;
  for (var j = lane; j < $n; j += LANES) {
    var terms = abs(rdd($q, j).x);
    for (var i = 0; i < $n; i++) { terms += abs(rd($P, j * $n + i) * rdd($point_x, i).x); }
    for (var i = 0; i < $k + $m; i++) { terms += abs(rd($C, i * $n + j) * rdd($point_y, i).x); }
    off = max(off, proximity * abs(rdd($image, j).x) / max(terms, 1e-30));
  }
  return most(off);
}
var<private> offered_x: i32;
var<private> offered_y: i32;
// What is found of the problem, which has been read and scaled. It is offered at offered_x and offered_y.
fn search(latest: bool) -> i32 {
  clear($point_x, $n);
  clear($point_y, $k + $m);
  clear($center, $n);
  offered_x = $point_x;
  offered_y = $point_y;
  var claim = ${NOTHING};
  var least_left = 1e30f;
  noise = ${NOISE} * norm($d, $k + $m);
  for (var attempt = 0; attempt < ${PROXIMITIES.length}; attempt++) {
    let proximity = array(${PROXIMITIES.join(', ')})[attempt] * c_of;
    let least_pivot = select(0, ${ENOUGH_CURVATURE} * sqrt(c_of), attempt == 0);
    let outcome = solve_rows(proximity, least_pivot);
    if (agree(outcome == ${FAILED})) { continue; }
    if (agree(outcome == ${CONTRADICTORY})) {
      claim = ${FARKAS_RAY};
      offered_y = $along;
      break;
    }
    claim = ${POINT};
    if (agree(attempt == 0)) { break; }
    offered_x = $best_x;
    offered_y = $best_y;
    for (var j = lane; j < $n; j += LANES) { wrd($image, j, sub(rdd($point_x, j), rdd($center, j))); }
    sync();
    let left = left_by(proximity);
    // Far out along a direction that is flat but for rounding nothing becomes better; but rows that are let go one after another
    // show in no variable's stationarity before the last is gone.
    if (agree(latest || left < 0.5 * least_left)) {
      least_left = left;
      copy($point_x, $best_x, $n);
      copy($point_y, $best_y, $k + $m);
    }
    if (agree(left <= ${STILL})) { break; }
    if (agree(falls_without_end())) {
      claim = ${DESCENT_RAY};
      offered_x = $image;
      break;
    }
    copy($point_x, $center, $n);
  }
  return claim;
}
`;

export const ACTIVE_SET = [ROWS, SOLVE].join('\n');
