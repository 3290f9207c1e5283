/**
 * @file WGSL: the interior-point method on the homogeneous self-dual embedding of a quadratic program, with iterates in doubles.
 *
 * The method is the same as in `qp/interior-point.ts`, which explains it. Directions come from `kkt.wgsl.ts`.
 *
 * @see Goulart & Chen 2024 (arXiv 2405.12762), section 3.
 */
import {NEVER} from './kkt.wgsl.js';
import type {Area} from './run-problems.js';

const STEP_FRACTION = 0.995;
const CENTRALITY = 1e-3;
/** A ray with at most this error is accepted. With a smaller error, more of its rows pass their own test. */
const CERTIFICATE = 1e-8;
const PERFECT = 1e-13;
const MEANT = 1e-3;
const DEEPER = 1e-3;
const STALLS = 12;
/** The residual at which a Newton direction is good enough, and the residual at which the factors are not. */
export const SOLVE_TARGET = 1e-8;
export const INEXACT = 1e-5;

export const SOLVED = 0;
export const PRIMAL_INFEASIBLE = 1;
export const DUAL_INFEASIBLE = 2;
export const ITERATION_LIMIT = 3;
export const NUMERICAL_ERROR = 4;
export const UNDECIDED = -1;

export function interiorPointAreas(n: number, rows: number): Record<string, Area> {
  const point = (prefix: string): Record<string, Area> => ({
    [`${prefix}x`]: {size: n, double: true},
    [`${prefix}y`]: {size: rows, double: true},
    [`${prefix}s`]: {size: rows, double: true},
  });
  return {
    ...{...point('point_'), ...point('found_'), ...point('ray_')},
    affine_s: {size: rows, double: true},
    constant_x: {size: n, double: true},
    constant_y: {size: rows, double: true},
    solved_x: {size: n, double: true},
    solved_y: {size: rows, double: true},
    rx: {size: n, double: true},
    ry: {size: rows, double: true},
    f: {size: n, double: true},
    g: {size: rows, double: true},
    Px_point: {size: n, double: true},
    push: {size: rows, double: true},
    products: {size: rows, double: true},
  };
}

/**
 * The parts of the method, in the order in which they are used. Between them, the caller factors and solves the KKT system for ($f, $g) and
 * gets ($solved_x, $solved_y).
 */
export const INTERIOR_POINT = `
var<private> tau: D;
var<private> kappa: D;
var<private> mu: D;
var<private> r_tau: D;
var<private> sigma: D;
var<private> denominator: D;
var<private> kappa_affine: D;
var<private> tau_affine: D;
var<private> error: f32;
var<private> best: f32;
var<private> stalls: i32;
var<private> ray_before: f32;
var<private> ray_claim: i32;
fn prepare_start() {
  tau = D(1, 0);
  kappa = D(1, 0);
  best = ${NEVER};
  stalls = 0;
  ray_before = 1;
  ray_claim = ${UNDECIDED};
  for (var i = lane; i < $k + $m; i += LANES) {
    wr($w, i, select(0f, 1f, i >= $k));
    wrd($g, i, rdd($d, i));
    // The memory is whatever was there before, and what is found is read even where nothing is.
    wrd($found_y, i, D(0, 0));
    wrd($found_s, i, D(0, 0));
  }
  for (var j = lane; j < $n; j += LANES) {
    wrd($f, j, -rdd($q, j));
    wrd($found_x, j, D(0, 0));
  }
  sync();
}
fn use_start() {
  copy($solved_x, $point_x, $n);
  var low_y = -1e30;
  var low_s = -1e30;
  for (var i = $k + lane; i < $k + $m; i += LANES) {
    let y = rdd($solved_y, i).x;
    low_y = max(low_y, -y);
    low_s = max(low_s, y);
  }
  let shift_y = max(0, 1 + most(low_y));
  let shift_s = max(0, 1 + most(low_s));
  for (var i = lane; i < $k + $m; i += LANES) {
    let y = rdd($solved_y, i);
    let inequality = i >= $k;
    wrd($point_s, i, select(D(0, 0), add(-y, wide(shift_s)), inequality));
    wrd($point_y, i, select(y, add(y, wide(shift_y)), inequality));
  }
  sync();
}
fn evaluate(goal: f32) -> i32 {
  times_both($point_x, $point_y, $Px_point, $rx, $ry);
  var max_Px = 0f;
  var max_Cty = 0f;
  var max_q = 0f;
  var dual_residual = 0f;
  var xPx = D(0, 0);
  var qx = D(0, 0);
  for (var j = lane; j < $n; j += LANES) {
    let x = rdd($point_x, j);
    let Px = rdd($Px_point, j);
    let r = rdd($rx, j);
    let q = rdd($q, j);
    max_Px = max(max_Px, abs(Px.x));
    max_Cty = max(max_Cty, abs(sub(r, Px).x));
    max_q = max(max_q, abs(q.x));
    xPx = add(xPx, mul(x, Px));
    qx = add(qx, mul(q, x));
    let rest = add(r, mul(tau, q));
    wrd($rx, j, rest);
    dual_residual = max(dual_residual, magnitude(rest));
  }
  var max_Cx = 0f;
  var max_d = 0f;
  var ray = 0f;
  var primal_residual = 0f;
  var dy = D(0, 0);
  var sy = D(0, 0);
  for (var i = lane; i < $k + $m; i += LANES) {
    let Cx = rdd($ry, i);
    let s = rdd($point_s, i);
    let y = rdd($point_y, i);
    let d = rdd($d, i);
    max_Cx = max(max_Cx, max(abs(Cx.x), s.x));
    max_d = max(max_d, abs(d.x));
    dy = add(dy, mul(d, y));
    sy = add(sy, mul(s, y));
    let together = add(Cx, s);
    ray = max(ray, abs(together.x));
    let rest = sub(together, mul(tau, d));
    wrd($ry, i, rest);
    primal_residual = max(primal_residual, magnitude(rest));
  }
  sync();
  xPx = total(xPx);
  qx = total(qx);
  dy = total(dy);
  sy = total(sy);
  max_Px = most(max_Px);
  max_Cty = most(max_Cty);
  dual_residual = most(dual_residual) / max(tau.x, max(max(max_Px, max_Cty), tau.x * most(max_q)));
  max_Cx = most(max_Cx);
  ray = most(ray);
  primal_residual = most(primal_residual) / max(tau.x, max(max_Cx, tau.x * most(max_d)));
  mu = div(add(mul(tau, kappa), sy), wide(f32($m + 1)));
  let curved = div(xPx, tau);
  let gap = add(add(curved, qx), dy);
  r_tau = add(gap, kappa);
  let values = min(abs(add(curved * 0.5, qx).x), abs(add(curved * 0.5, dy).x));
  error = max(max(primal_residual, dual_residual), abs(gap.x) / max(tau.x, values));
  if (agree(!(error < 1e30) || !finite(mu.x))) { return select(ray_claim, ${NUMERICAL_ERROR}, ray_claim < 0); }
  if (agree(error < best && tau.x > 0)) {
    stalls = select(stalls + 1, 0, error < 0.9 * best);
    best = error;
    let factor = div(D(1, 0), tau);
    for (var j = lane; j < $n; j += LANES) { wrd($found_x, j, mul(factor, rdd($point_x, j))); }
    for (var i = lane; i < $k + $m; i += LANES) {
      wrd($found_y, i, mul(factor, rdd($point_y, i)));
      wrd($found_s, i, mul(factor, rdd($point_s, i)));
    }
    sync();
  } else {
    stalls++;
  }
  if (agree(error <= ${DEEPER} * goal || (best <= goal && stalls > 0))) { return ${SOLVED}; }
  let embedded = ${MEANT} * max(tau.x, kappa.x);
  let contradicts = select(1, max_Cty / -dy.x, -dy.x > embedded);
  let falls = select(1, max(max_Px, ray) / -qx.x, -qx.x > embedded);
  let ray_error = min(contradicts, falls);
  if (agree(ray_error <= ${CERTIFICATE} && ray_error < ray_before)) {
    // Better and better, until it does not improve any more; what comes after the best one does not count.
    let improves = ray_error > ${PERFECT} && ray_error < 0.1 * ray_before;
    ray_before = ray_error;
    ray_claim = select(${DUAL_INFEASIBLE}, ${PRIMAL_INFEASIBLE}, contradicts <= falls);
    copy($point_x, $ray_x, $n);
    copy($point_y, $ray_y, $k + $m);
    if (agree(!improves)) { return ray_claim; }
  } else if (agree(ray_claim >= 0)) {
    return ray_claim;
  }
  if (agree(iterations >= $max_iterations)) { return ${ITERATION_LIMIT}; }
  if (agree(stalls >= ${STALLS})) { return ${NUMERICAL_ERROR}; }
  return ${UNDECIDED};
}
fn prepare_constant() {
  for (var i = lane; i < $k + $m; i += LANES) {
    wr($w, i, select(0, rdd($point_s, i).x / rdd($point_y, i).x, i >= $k));
    wrd($products, i, D(0, 0));
    wrd($g, i, rdd($d, i));
  }
  for (var j = lane; j < $n; j += LANES) { wrd($f, j, -rdd($q, j)); }
  sync();
}
fn use_constant() {
  copy($solved_x, $constant_x, $n);
  copy($solved_y, $constant_y, $k + $m);
  times_P($constant_x, $f);
  var square = D(0, 0);
  let inverse_tau = div(D(1, 0), tau);
  for (var j = lane; j < $n; j += LANES) {
    let dx = sub(rdd($constant_x, j), mul(rdd($point_x, j), inverse_tau));
    square = add(square, mul(dx, sub(rdd($f, j), mul(rdd($Px_point, j), inverse_tau))));
  }
  var weighted = D(0, 0);
  for (var i = $k + lane; i < $k + $m; i += LANES) {
    let y = rdd($constant_y, i);
    weighted = add(weighted, scale(mul(y, y), rd($w, i)));
  }
  denominator = add(div(kappa, tau), add(larger(D(0, 0), total(square)), total(weighted)));
  sigma = D(0, 0);
  kappa_affine = D(0, 0);
  tau_affine = D(0, 0);
}
fn kappa_push() -> D { return sub(add(mul(kappa, tau), mul(kappa_affine, tau_affine)), mul(sigma, mu)); }
fn prepare_direction() {
  let keep = sub(D(1, 0), sigma);
  let centre = mul(sigma, mu);
  for (var j = lane; j < $n; j += LANES) { wrd($f, j, -mul(keep, rdd($rx, j))); }
  for (var i = lane; i < $k + $m; i += LANES) {
    var push = D(0, 0);
    if (i >= $k) { push = add(rdd($point_s, i), div(sub(rdd($products, i), centre), rdd($point_y, i))); }
    wrd($push, i, push);
    wrd($g, i, sub(push, mul(keep, rdd($ry, i))));
  }
  sync();
}
fn centrality_at(step: f32, d_tau: D, d_kappa: D) -> f32 {
  let first = mul(add(tau, scale(d_tau, step)), add(kappa, scale(d_kappa, step)));
  var s = D(0, 0);
  var least = -first.x;
  for (var i = $k + lane; i < $k + $m; i += LANES) {
    let product = mul(
      add(rdd($point_s, i), scale(rdd($affine_s, i), step)),
      add(rdd($point_y, i), scale(rdd($solved_y, i), step)));
    s = add(s, product);
    least = max(least, -product.x);
  }
  return -most(least) / add(total(s), first).x * f32($m + 1);
}
fn use_direction(corrector: bool) {
  var slope = D(0, 0);
  let twice = div(D(2, 0), tau);
  for (var j = lane; j < $n; j += LANES) {
    slope = add(slope, mul(add(mul(rdd($Px_point, j), twice), rdd($q, j)), rdd($solved_x, j)));
  }
  for (var i = lane; i < $k + $m; i += LANES) { slope = add(slope, mul(rdd($d, i), rdd($solved_y, i))); }
  let push_of = kappa_push();
  let d_tau = div(add(sub(mul(sub(D(1, 0), sigma), r_tau), div(push_of, tau)), total(slope)), denominator);
  add_scaled($solved_x, d_tau, $constant_x, $n);
  add_scaled($solved_y, d_tau, $constant_y, $k + $m);
  let d_kappa = -div(add(push_of, mul(kappa, d_tau)), tau);
  var shrink = max(0, max(-d_tau.x / tau.x, -d_kappa.x / kappa.x));
  for (var i = lane; i < $k + $m; i += LANES) {
    if (i < $k) {
      wrd($affine_s, i, D(0, 0));
      continue;
    }
    let y = rdd($solved_y, i);
    let s = -add(rdd($push, i), scale(y, rd($w, i)));
    wrd($affine_s, i, s);
    wrd($products, i, mul(s, y));
    shrink = max(shrink, max(-s.x / rdd($point_s, i).x, -y.x / rdd($point_y, i).x));
  }
  sync();
  let alpha = 1 / max(most(shrink), 1e-30);
  if (agree(!corrector)) {
    let a = 1 - min(1, alpha);
    sigma = wide(a * a * a);
    kappa_affine = d_kappa;
    tau_affine = d_tau;
    return;
  }
  // Shortened until no product of a pair falls far behind their mean; a point that is off centre itself must not get much worse.
  let longest = min(1, ${STEP_FRACTION} * alpha);
  var step = 0f;
  var bound = 0f;
  loop {
    let centrality = centrality_at(step, d_tau, d_kappa);
    if (agree(step == 0)) {
      bound = min(${CENTRALITY}, 0.5 * centrality);
      step = longest;
      continue;
    }
    if (agree(centrality >= bound || step <= 1e-8)) { break; }
    step *= 0.8;
  }
  tau = add(tau, scale(d_tau, step));
  kappa = add(kappa, scale(d_kappa, step));
  // The embedding is homogeneous: its numbers stay near one.
  let size_of = max(max(tau.x, kappa.x), 1e-30);
  let factor = select(1, 1 / power_of_two(size_of), size_of > 1e3 || size_of < 1e-3);
  for (var j = lane; j < $n; j += LANES) {
    wrd($point_x, j, add(rdd($point_x, j), scale(rdd($solved_x, j), step)) * factor);
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($point_y, i, add(rdd($point_y, i), scale(rdd($solved_y, i), step)) * factor);
    wrd($point_s, i, add(rdd($point_s, i), scale(rdd($affine_s, i), step)) * factor);
  }
  sync();
  tau *= factor;
  kappa *= factor;
}
`;
