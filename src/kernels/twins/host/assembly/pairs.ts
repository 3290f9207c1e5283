/** @file What an interior-point iteration does entry by entry: residuals, and the pairs (s, y) of the inequalities. */

import {sumOfLanes} from './lanes';

const F64: usize = 8;

/** The larger lane; a NaN in the second one does not count. */
function most(v: v128): f64 {
  const a = f64x2.extract_lane(v, 0);
  const b = f64x2.extract_lane(v, 1);
  return b > a ? b : a;
}

function larger(a: f64, b: f64): f64 {
  return b > a ? b : a;
}

/**
 * r ← r + τ q for r = Px + Cᵀy over n entries; `out` receives xᵀPx, qᵀx, and the largest of |Px|, of |r − Px| before and of
 * |r| after.
 */
export function dualResidual(Px: usize, q: usize, x: usize, tau: f64, r: usize, n: i32, out: usize): void {
  const taus = f64x2.splat(tau);
  let xPx = f64x2.splat(0);
  let qx = xPx;
  let curvature = xPx;
  let rows = xPx;
  let residual = xPx;
  let at: usize = 0;
  for (const end = ((n & ~1) as usize) * F64; at < end; at += 16) {
    const image = v128.load(Px + at);
    const linear = v128.load(q + at);
    const point = v128.load(x + at);
    const value = v128.load(r + at);
    xPx = f64x2.add(xPx, f64x2.mul(point, image));
    qx = f64x2.add(qx, f64x2.mul(linear, point));
    curvature = f64x2.pmax(curvature, f64x2.abs(image));
    rows = f64x2.pmax(rows, f64x2.abs(f64x2.sub(value, image)));
    const next = f64x2.add(value, f64x2.mul(taus, linear));
    v128.store(r + at, next);
    residual = f64x2.pmax(residual, f64x2.abs(next));
  }
  let sumP = sumOfLanes(xPx);
  let sumQ = sumOfLanes(qx);
  let mostP = most(curvature);
  let mostRows = most(rows);
  let mostResidual = most(residual);
  if (n & 1) {
    const image = load<f64>(Px + at);
    const linear = load<f64>(q + at);
    const point = load<f64>(x + at);
    const value = load<f64>(r + at);
    sumP += point * image;
    sumQ += linear * point;
    mostP = larger(mostP, abs(image));
    mostRows = larger(mostRows, abs(value - image));
    const next = value + tau * linear;
    store<f64>(r + at, next);
    mostResidual = larger(mostResidual, abs(next));
  }
  store<f64>(out, sumP);
  store<f64>(out, sumQ, 8);
  store<f64>(out, mostP, 16);
  store<f64>(out, mostRows, 24);
  store<f64>(out, mostResidual, 32);
}

/**
 * r ← r + s − τ d for r = Cx over `rows` entries; `out` receives dᵀy, sᵀy, and the largest of |r| before and of s, of |r + s|
 * and of |r| after.
 */
export function primalResidual(
  s: usize,
  y: usize,
  d: usize,
  tau: f64,
  r: usize,
  rows: i32,
  out: usize,
): void {
  const taus = f64x2.splat(tau);
  let dy = f64x2.splat(0);
  let sy = dy;
  let scale = dy;
  let ray = dy;
  let residual = dy;
  let at: usize = 0;
  for (const end = ((rows & ~1) as usize) * F64; at < end; at += 16) {
    const slack = v128.load(s + at);
    const dual = v128.load(y + at);
    const side = v128.load(d + at);
    const value = v128.load(r + at);
    dy = f64x2.add(dy, f64x2.mul(side, dual));
    sy = f64x2.add(sy, f64x2.mul(slack, dual));
    scale = f64x2.pmax(f64x2.pmax(scale, f64x2.abs(value)), slack);
    const together = f64x2.add(value, slack);
    ray = f64x2.pmax(ray, f64x2.abs(together));
    const next = f64x2.sub(together, f64x2.mul(taus, side));
    v128.store(r + at, next);
    residual = f64x2.pmax(residual, f64x2.abs(next));
  }
  let sumD = sumOfLanes(dy);
  let sumS = sumOfLanes(sy);
  let mostScale = most(scale);
  let mostRay = most(ray);
  let mostResidual = most(residual);
  if (rows & 1) {
    const slack = load<f64>(s + at);
    const dual = load<f64>(y + at);
    const side = load<f64>(d + at);
    const value = load<f64>(r + at);
    sumD += side * dual;
    sumS += slack * dual;
    mostScale = larger(larger(mostScale, abs(value)), slack);
    mostRay = larger(mostRay, abs(value + slack));
    const next = value + slack - tau * side;
    store<f64>(r + at, next);
    mostResidual = larger(mostResidual, abs(next));
  }
  store<f64>(out, sumD);
  store<f64>(out, sumS, 8);
  store<f64>(out, mostScale, 16);
  store<f64>(out, mostRay, 24);
  store<f64>(out, mostResidual, 32);
}

/** inverseS = 1/s, inverseY = 1/y, w = s/y, entry by entry. */
export function invertPairs(
  s: usize,
  y: usize,
  count: i32,
  inverseS: usize,
  inverseY: usize,
  w: usize,
): void {
  const one = f64x2.splat(1);
  let at: usize = 0;
  for (const end = ((count & ~1) as usize) * F64; at < end; at += 16) {
    const slack = v128.load(s + at);
    const inverse = f64x2.div(one, v128.load(y + at));
    v128.store(inverseS + at, f64x2.div(one, slack));
    v128.store(inverseY + at, inverse);
    v128.store(w + at, f64x2.mul(slack, inverse));
  }
  if (count & 1) {
    const slack = load<f64>(s + at);
    const inverse = 1 / load<f64>(y + at);
    store<f64>(inverseS + at, 1 / slack);
    store<f64>(inverseY + at, inverse);
    store<f64>(w + at, slack * inverse);
  }
}

/** push = s + (products − target)·inverseY, g = push − keep·r, entry by entry. */
export function pushPairs(
  s: usize,
  products: usize,
  target: f64,
  inverseY: usize,
  r: usize,
  keep: f64,
  count: i32,
  push: usize,
  g: usize,
): void {
  const targets = f64x2.splat(target);
  const keeps = f64x2.splat(keep);
  let at: usize = 0;
  for (const end = ((count & ~1) as usize) * F64; at < end; at += 16) {
    const excess = f64x2.mul(f64x2.sub(v128.load(products + at), targets), v128.load(inverseY + at));
    const value = f64x2.add(v128.load(s + at), excess);
    v128.store(push + at, value);
    v128.store(g + at, f64x2.sub(value, f64x2.mul(keeps, v128.load(r + at))));
  }
  if (count & 1) {
    const value = load<f64>(s + at) + (load<f64>(products + at) - target) * load<f64>(inverseY + at);
    store<f64>(push + at, value);
    store<f64>(g + at, value - keep * load<f64>(r + at));
  }
}

/**
 * ds = −(push + w·dy) and products = ds·dy, entry by entry.
 *
 * @returns The largest of 0, −ds·inverseS and −dy·inverseY: 1/α for the longest step α that keeps the pairs non-negative.
 */
export function stepPairs(
  push: usize,
  w: usize,
  dy: usize,
  inverseS: usize,
  inverseY: usize,
  count: i32,
  ds: usize,
  products: usize,
): f64 {
  let shrink = f64x2.splat(0);
  let at: usize = 0;
  for (const end = ((count & ~1) as usize) * F64; at < end; at += 16) {
    const dual = v128.load(dy + at);
    const down = f64x2.add(v128.load(push + at), f64x2.mul(v128.load(w + at), dual));
    const slack = f64x2.neg(down);
    v128.store(ds + at, slack);
    v128.store(products + at, f64x2.mul(slack, dual));
    shrink = f64x2.pmax(shrink, f64x2.mul(down, v128.load(inverseS + at)));
    shrink = f64x2.pmax(shrink, f64x2.mul(f64x2.neg(dual), v128.load(inverseY + at)));
  }
  let largest = most(shrink);
  if (count & 1) {
    const dual = load<f64>(dy + at);
    const down = load<f64>(push + at) + load<f64>(w + at) * dual;
    store<f64>(ds + at, -down);
    store<f64>(products + at, -down * dual);
    largest = larger(larger(largest, down * load<f64>(inverseS + at)), -dual * load<f64>(inverseY + at));
  }
  return largest;
}

/** The least of `first` and the products (s + α ds)(y + α dy), over their mean. */
export function centrality(
  s: usize,
  y: usize,
  ds: usize,
  dy: usize,
  alpha: f64,
  first: f64,
  count: i32,
): f64 {
  const alphas = f64x2.splat(alpha);
  let total = f64x2.splat(0);
  let least = f64x2.splat(first);
  let at: usize = 0;
  for (const end = ((count & ~1) as usize) * F64; at < end; at += 16) {
    const slack = f64x2.add(v128.load(s + at), f64x2.mul(alphas, v128.load(ds + at)));
    const dual = f64x2.add(v128.load(y + at), f64x2.mul(alphas, v128.load(dy + at)));
    const product = f64x2.mul(slack, dual);
    total = f64x2.add(total, product);
    least = f64x2.pmin(least, product);
  }
  let whole = first + sumOfLanes(total);
  let smallest = f64x2.extract_lane(least, 0);
  const other = f64x2.extract_lane(least, 1);
  if (other < smallest) smallest = other;
  if (count & 1) {
    const slack = load<f64>(s + at) + alpha * load<f64>(ds + at);
    const product = slack * (load<f64>(y + at) + alpha * load<f64>(dy + at));
    whole += product;
    if (product < smallest) smallest = product;
  }
  return (smallest / whole) * ((count + 1) as f64);
}

/** dy = weights·(image − g), y += dy, total += image, entry by entry. */
export function eliminated(
  weights: usize,
  image: usize,
  g: usize,
  count: i32,
  dy: usize,
  y: usize,
  total: usize,
): void {
  let at: usize = 0;
  for (const end = ((count & ~1) as usize) * F64; at < end; at += 16) {
    const value = v128.load(image + at);
    const step = f64x2.mul(v128.load(weights + at), f64x2.sub(value, v128.load(g + at)));
    v128.store(dy + at, step);
    v128.store(y + at, f64x2.add(v128.load(y + at), step));
    v128.store(total + at, f64x2.add(v128.load(total + at), value));
  }
  if (count & 1) {
    const value = load<f64>(image + at);
    const step = load<f64>(weights + at) * (value - load<f64>(g + at));
    store<f64>(dy + at, step);
    store<f64>(y + at, load<f64>(y + at) + step);
    store<f64>(total + at, load<f64>(total + at) + value);
  }
}

/** r = mask·(g − image) + w·y, entry by entry. @returns The largest |r|; NaN if there is one. */
export function remainder(
  mask: usize,
  g: usize,
  image: usize,
  w: usize,
  y: usize,
  count: i32,
  r: usize,
): f64 {
  let largest = f64x2.splat(0);
  let at: usize = 0;
  for (const end = ((count & ~1) as usize) * F64; at < end; at += 16) {
    const difference = f64x2.sub(v128.load(g + at), v128.load(image + at));
    const value = f64x2.add(
      f64x2.mul(v128.load(mask + at), difference),
      f64x2.mul(v128.load(w + at), v128.load(y + at)),
    );
    v128.store(r + at, value);
    largest = f64x2.max(largest, f64x2.abs(value));
  }
  let result = max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
  if (count & 1) {
    const difference = load<f64>(g + at) - load<f64>(image + at);
    const value = load<f64>(mask + at) * difference + load<f64>(w + at) * load<f64>(y + at);
    store<f64>(r + at, value);
    result = max(result, abs(value));
  }
  return result;
}
