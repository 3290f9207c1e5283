/** @file WGSL: projections of rows onto a simplex and onto ordered vectors. Sums are in doubles. */
import type {Area, Routine} from './run-problems.js';

/**
 * argmin ‖y − x‖² subject to y ≥ 0, Σy = scale.
 *
 * @see Michelot 1986: averages over a shrinking set of candidates.
 */
export const simplexRoutine: Routine = {
  name: 'simplex',
  code: () => `
fn masked(a: f32) -> bool { return bitcast<u32>(a) == 0xFF800000u; }
fn solve() {
  var bad = 0f;
  var top = -3.4028234e38;
  var present = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let value = given_x(j);
    if (finite(value)) {
      top = max(top, value);
      present = 1;
    } else if (!masked(value)) {
      bad = 1;
    }
  }
  let scale_ = given_scale(0);
  let broken = most(bad) > 0 || !(scale_ >= 0);
  let largest = most(top);
  let nothing_left = most(present) == 0;
  var count = 0;
  // Measured from the largest entry, so that its size cancels: exactly, for a difference of two f32 is a double.
  var tau = wide(-scale_);
  loop {
    var s = D(0, 0);
    var above = D(0, 0);
    for (var j = lane; j < $n; j += LANES) {
      let value = given_x(j);
      if (!finite(value) || value - largest < -scale_) { continue; }
      let below = sum(value, -largest);
      if (less(tau, below) || (count == 0 && value == largest)) {
        s = add(s, below);
        above.x += 1;
      }
    }
    let next = i32(total(above).x);
    let all = total(s);
    // Rounding may bring back what it dropped: the set only shrinks.
    if (agree(next == 0 || (count > 0 && next >= count) || broken || nothing_left)) { break; }
    count = next;
    tau = div(sub(all, wide(scale_)), wide(f32(count)));
  }
  for (var j = lane; j < $n; j += LANES) {
    let value = given_x(j);
    var y = 0f;
    if (finite(value) && value - largest >= -scale_) { y = max(sub(sum(value, -largest), tau).x, 0); }
    wr($y, j, select(y, uniforms.NAN, broken));
  }
}
`,
};

export function simplexAreas(n: number): Record<string, Area> {
  return {y: {size: n}};
}

/**
 * Pool adjacent violators (Ayer et al. 1955): a stack of blocks whose means are in order. Each entry of `block` is the start of its block.
 */
export const isotonicRoutine: Routine = {
  name: 'isotonic',
  code: () => `
fn solve() {
  let direction = select(1f, -1f, $increasing > 0);
  var top = 0;
  var bad = false;
  for (var i = 0; i < $n; i++) {
    let value = given_x(i);
    if (!finite(value)) { bad = true; }
    var s = wide(direction * value);
    var start = i;
    var mean = s;
    loop {
      if (top == 0) { break; }
      if (!less(rdd($means, top - 1), mean)) { break; }
      top--;
      s = add(s, rdd($sums, top));
      start = i32(rd($starts, top));
      mean = div(s, wide(f32(i + 1 - start)));
    }
    wrd($sums, top, s);
    wrd($means, top, mean);
    wr($starts, top, f32(start));
    top++;
  }
  for (var k = 0; k < top; k++) {
    let start = i32(rd($starts, k));
    var end = $n;
    if (k + 1 < top) { end = i32(rd($starts, k + 1)); }
    let value = direction * rdd($means, k).x;
    for (var i = start; i < end; i++) {
      wr($y, i, select(value, uniforms.NAN, bad));
      wr($block, i, f32(start));
    }
  }
}
`,
};

export function isotonicAreas(n: number): Record<string, Area> {
  return {
    sums: {size: n, double: true},
    means: {size: n, double: true},
    starts: {size: n},
    y: {size: n},
    block: {size: n},
  };
}

/** The means of dy over the blocks. */
export const blockMeansRoutine: Routine = {
  name: 'block means',
  code: () => `
fn solve() {
  var start = 0;
  loop {
    if (start >= $n) { break; }
    var s = D(0, 0);
    var end = start;
    loop {
      if (end >= $n) { break; }
      if (given_block(end) != given_block(start)) { break; }
      s = add(s, wide(given_dy(end)));
      end++;
    }
    let mean = div(s, wide(f32(end - start)));
    for (var i = start; i < end; i++) { wr($dx, i, mean.x); }
    start = end;
  }
}
`,
};

export function blockMeansAreas(n: number): Record<string, Area> {
  return {dx: {size: n}};
}
