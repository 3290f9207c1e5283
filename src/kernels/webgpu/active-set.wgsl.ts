/**
 * @file WGSL: a dual active-set method for quadratic programs, as `qp/active-set.ts` and `qp/added-rows.ts` explain: for what the
 * interior point did not get to, since it minds no difference of scales. Everything in doubles.
 */
import {BIG_NUMBERS} from './big-numbers.wgsl.js';
import {CANDIDATE, candidateAreas, DESCENT_RAY, FARKAS_RAY, NOTHING, POINT} from './candidate.wgsl.js';
import {NUMERICAL_ERROR} from './interior-point.wgsl.js';
import {DATA, MATRICES, problemAreas} from './problem.wgsl.js';
import type {Area, Routine} from './run-problems.js';
import {SCALING, scalingAreas} from './scaling.wgsl.js';
import {VECTORS} from './vectors.wgsl.js';

/** See `qp/active-set.ts`; what is smaller than the rounding of 48 bits is larger here. */
const CONTRADICTION = 2 ** -20;
const VIOLATED = 1e-11;
const HOLDS = 1e-9;
const NOISE = 1e-11;
const DEPENDENT = 1e-9;
const STEPS = 20;
/** Curvature added, relative to the largest: none if there is enough, then less and less. */
const PROXIMITIES = [0, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-9, 1e-9];
const ENOUGH_CURVATURE = 1e-5;
/** What the added curvature may leave of a variable's stationarity, relative to its terms; the least that is looked for. */
const STILL = 1e-12;
/** Of a ray: curvature, and what must cancel. */
const FLAT = 2 ** -22;
const CANCELS = 1e-10;
const FALLS = 2 ** -20;

const SOLVED = 0;
const CONTRADICTORY = 1;
const FAILED = 2;

export function activeSetAreas(n: number, m: number, k: number): Record<string, Area> {
  const rows = k + m;
  const vectors = ['f', 'objective', 'd_row', 'a_part', 'g_part', 'dual', 'center', 'point_x', 'image'];
  return {
    ...{P: {size: n * n}, C: {size: rows * n}},
    ...problemAreas(n, rows),
    ...scalingAreas(rows),
    ...candidateAreas(n, rows),
    ...Object.fromEntries(vectors.map((name) => [name, {size: n, double: true}])),
    J: {size: n * n, double: true},
    R: {size: n * n, double: true},
    members: {size: n},
    in_set: {size: rows},
    point_y: {size: rows, double: true},
    along: {size: rows, double: true},
    best_x: {size: n, double: true},
    best_y: {size: rows, double: true},
  };
}

/** The factors JᵀHJ = I and JᵀC_Wᵀ = [R; 0] while rows come into the working set W and leave it. */
const FACTORS = `
var<private> count: i32;
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
  return !(sqrt(square.x / max(total(all).x, 1e-37)) > ${DEPENDENT});
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
    let dependent = direction(i);
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
    if (agree(dependent && blocking < 0)) {
      var terms = abs(rdd($d, i).x);
      for (var j = 0; j < $n; j++) { terms += abs(rd($C, i * $n + j) * rdd($point_x, j).x); }
      if (agree(abs(off.x) > ${HOLDS} * terms)) {
        if (agree(contradiction(i, side))) { return ${CONTRADICTORY}; }
        refresh(i, t);
        let left = sub(dot_C(i, $point_x), rdd($d, i)).x;
        if (agree(!(abs(left) <= ${HOLDS} * terms))) { return ${FAILED}; }
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
      if (agree(!dependent && !less(longest, full))) {
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
fn solve() {
  iterations = 0;
  beta_of = 1;
  c_of = 1;
  clear($point_x, $n);
  clear($point_y, $k + $m);
  clear($center, $n);
  for (var j = lane; j < $n; j += LANES) { wr($D, j, 1); }
  for (var i = lane; i < $k + $m; i += LANES) { wr($E, i, 1); }
  sync();
  var claim = ${NOTHING};
  var offered_x = $point_x;
  var offered_y = $point_y;
  if (agree(i32(given_state($status_at)) == ${NUMERICAL_ERROR})) {
    let matrices = read_matrices();
    if (agree(read_vectors() && matrices)) {
      equilibrate_rows();
      scale_matrices();
      scale_problem();
      var least_left = 1e30f;
      noise = 0;
      if ($forgive > 0) { noise = ${NOISE} * norm($d, $k + $m); }
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
        // Far out along a direction that is flat but for rounding nothing becomes better.
        if (agree(left < 0.5 * least_left)) {
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
    }
  }
  offer(claim, -1, offered_x, offered_y);
}
`;

export const activeSet: Routine = {
  name: 'active set of quadratic programs',
  code: () => [BIG_NUMBERS, VECTORS, DATA, MATRICES, CANDIDATE, SCALING, FACTORS, ROWS, SOLVE].join('\n'),
};
