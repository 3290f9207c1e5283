/**
 * @file WGSL: solves the KKT system of a quadratic program on its active set, or its transpose, as explained in `qp/adjoint.ts`, with the
 * system of `kkt.wgsl.ts`.
 *
 * If the system is singular, conjugate gradients on the normal equations find the least-squares solution of least norm.
 */
import {DELTA_DOUBLE, DELTA_SINGLE, kktAreas, kktCode, NEVER} from './kkt.wgsl.js';
import {MATRICES, problemAreas} from './problem.wgsl.js';
import type {Areas} from './memory.js';
import type {Routine} from './run-problems.js';

const TARGET = 1e-12;
/** Above this residual, factors in f32 were not accurate enough, or factors in doubles belong to a singular system. */
const INEXACT = 1e-10;

export function kktAdjointAreas(n: number, m: number, k: number): Areas {
  const rows = k + m;
  const vectors = ['f', 'g', 'solved', 'along', 'image'];
  return {
    ...kktAreas(n, rows),
    ...problemAreas(n, rows),
    ...Object.fromEntries(
      vectors.flatMap((name) => [
        [`${name}_x`, {size: n, double: true}],
        [`${name}_y`, {size: rows, double: true}],
      ]),
    ),
  };
}

const DATA = `
fn entry_Q(i: i32) -> f32 { return given_Q(i); }
fn entry_A(i: i32) -> f32 { return given_A(i); }
fn weight_of(row: i32) -> f32 {
  if (row < $k) { return 1; }
  return given_weight(row - $k);
}
fn place_of(row: i32) -> i32 { return select($n + row - $k, $n + $m + row, row < $k); }
`;

const LEAST_SQUARES = `
fn least_squares() -> f32 {
  clear($solved_x, $n);
  clear($solved_y, $k + $m);
  for (var i = lane; i < $k + $m; i += LANES) { if (rd($w, i) < 0) { wrd($g_y, i, D(0, 0)); } }
  sync();
  let right = max(norm($f_x, $n), norm($g_y, $k + $m));
  var square = D(1, 0);
  var first = f32(0);
  // Steps come in pairs: K along the direction, then K of the residual.
  for (var half_step = -1; half_step < 8 * ($n + $k + $m) + 20; half_step++) {
    let along = (half_step & 1) == 0;
    let x = select($f_x, $along_x, along);
    let y = select($g_y, $along_y, along);
    times_both(x, y, $image_x, $image_x, $image_y);
    for (var i = lane; i < $k + $m; i += LANES) {
      let w = rd($w, i);
      wrd($image_y, i, select(D(0, 0), sub(rdd($image_y, i), scale(rdd(y, i), w)), w >= 0));
    }
    sync();
    let size_of = add(dot_areas($image_x, $image_x, $n), dot_areas($image_y, $image_y, $k + $m));
    if (agree(along)) {
      if (agree(!(size_of.x > 0))) { break; }
      let step = div(square, size_of);
      add_scaled($solved_x, step, $along_x, $n);
      add_scaled($solved_y, step, $along_y, $k + $m);
      add_scaled($f_x, -step, $image_x, $n);
      add_scaled($g_y, -step, $image_y, $k + $m);
    } else {
      var turn = D(0, 0);
      if (half_step < 0) { first = size_of.x; } else { turn = div(size_of, square); }
      square = size_of;
      if (agree(!(size_of.x > 1e-22 * first))) { break; }
      for (var j = lane; j < $n; j += LANES) {
        let before = select(rdd($along_x, j), D(0, 0), half_step < 0);
        wrd($along_x, j, add(rdd($image_x, j), mul(turn, before)));
      }
      for (var i = lane; i < $k + $m; i += LANES) {
        let before = select(rdd($along_y, i), D(0, 0), half_step < 0);
        wrd($along_y, i, add(rdd($image_y, i), mul(turn, before)));
      }
      sync();
    }
  }
  return max(norm($f_x, $n), norm($g_y, $k + $m)) / right;
}
`;

const SOLVE = `
fn solve() {
  for (var i = lane; i < $n + $k + $m; i += LANES) { note($u + i, 0); }
  if (lane == 0) { note($residual, 0); }
  sync();
  if (agree(given_status(0) != 0)) { return; }
  if (!read_matrices()) { return; }
  for (var i = lane; i < $k + $m; i += LANES) { wr($apart, i, 0); }
  sync();
  equilibrate();
  scale_matrices();
  for (var i = lane; i < $k + $m; i += LANES) {
    let weight = weight_of(i);
    let e = rd($E, i);
    let right = wide(given_right(place_of(i)));
    if (weight > 0) {
      wr($w, i, (1 - weight) / weight * e * e);
      wrd($g_y, i, div(scale(right, e), wide(select(weight, 1, $transposed > 0))));
      wrd($solved_y, i, D(0, 0));
    } else {
      wr($w, i, -1);
      wrd($g_y, i, D(0, 0));
      // Such a row says y = −g, which then acts on the first block.
      wrd($solved_y, i, select(div(right, wide(e)), D(0, 0), $transposed > 0));
    }
  }
  for (var j = lane; j < $n; j += LANES) { wrd($f_x, j, times(given_right(j), rd($D, j))); }
  sync();
  add_times_Ct($solved_y, $f_x);
  classify();
  var off = f32(${NEVER});
  for (var attempt = 0; attempt < 2; attempt++) {
    let full = attempt == 1;
    var regular = false;
    if (agree(full)) { regular = factor_double(${DELTA_DOUBLE}); } else { regular = factor_single(${DELTA_SINGLE}); }
    if (agree(!regular)) { continue; }
    off = solve_kkt(full, $f_x, $g_y, $solved_x, $solved_y, ${TARGET});
    if (agree(off <= ${INEXACT})) { break; }
  }
  if (agree(off > ${INEXACT})) { off = least_squares(); }
  times_C($solved_x, $image_y);
  for (var j = lane; j < $n; j += LANES) { note($u + j, rdd($solved_x, j).x * rd($D, j)); }
  for (var i = lane; i < $k + $m; i += LANES) {
    let weight = weight_of(i);
    let e = rd($E, i);
    var y = rdd($solved_y, i).x * e / select(1, weight, $transposed > 0);
    if (weight <= 0) { y = select(0, rdd($image_y, i).x / e, $transposed > 0) - given_right(place_of(i)); }
    note($u + place_of(i), y);
  }
  if (lane == 0) { note($residual, off); }
}
`;

/** The right-hand side of a gradient: minus the cotangents of x and of both multipliers. */
const COTANGENTS = `
fn given_right(i: i32) -> f32 {
  if (i < $n) { return -given_vx(i); }
  if (i < $n + $m) { return -given_vIneq(i - $n); }
  return -given_vEq(i - $n - $m);
}
`;

/** The record of a system: its solution, as `kkt-adjoint` puts it, and the relative residual. */
export const kktRecord = (n: number, m: number, k: number): Areas => ({
  u: {size: n + m + k},
  residual: {size: 1},
});

export const kktAdjoint: Routine = {
  name: 'KKT adjoint',
  code: (lanes) => [kktCode(lanes), DATA, MATRICES, LEAST_SQUARES, SOLVE].join('\n'),
};

/** With the right-hand side of a gradient. */
export const gradientAdjoint: Routine = {
  name: 'KKT adjoint of a gradient',
  code: (lanes) => [COTANGENTS, kktAdjoint.code(lanes)].join('\n'),
};
