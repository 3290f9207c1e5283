/** @file What proves a result of min ½ xᵀQx + pᵀx, l ≤ Ax ≤ u: KKT errors, the polished active set, the rays. */
import * as tf from '@tensorflow/tfjs-core';
import {hostCanRead, KktBatch} from '../kernels/index.js';
import {lstsq, matVec, matVecTransposed} from '../linalg/index.js';

/** Q and A have the batch or 1 in front, the vectors the batch; m ≥ 1. */
export type BoxedRows = {Q: tf.Tensor; p: tf.Tensor2D; A: tf.Tensor; l: tf.Tensor2D; u: tf.Tensor2D};
export type Pair = {x: tf.Tensor2D; y: tf.Tensor2D};
/** Bounds that hold with equality, [B, m], bool. */
export type Rows = {lower: tf.Tensor; upper: tf.Tensor};
/** `error` is [B, 1]. */
export type Candidate = Pair & Rows & {error: tf.Tensor2D};
/** DQD and EAD, with D [B | 1, n] and E [B | 1, m]. */
export type Equilibrated = {Q: tf.Tensor; A: tf.Tensor; D: tf.Tensor; E: tf.Tensor};

/** Keeps the polishing system regular, in equilibrated data; corrections of a residual remove what it does. */
const DELTA = 1e-6;
/** Corrections of the active set, and of the point on each. */
const ROUNDS = 3;
const CORRECTIONS = 2;
/** Entries of a ray below this share of its largest are taken for zero. */
const NOISE = 1e-3;
/** Relative error at which a ray is one: some roundings of f32. */
const EXACT = 1e-5;
/** A ray proves something if the terms of its value do not cancel beyond this. */
const CLEAR = 3e-5;

export function clip(v: tf.Tensor, l: tf.Tensor, u: tf.Tensor): tf.Tensor2D {
  return tf.minimum(tf.maximum(v, l), u) as tf.Tensor2D;
}

/** The largest magnitude of each sample, [B, 1]; `rank` axes are its own. */
export function largest(v: tf.Tensor): tf.Tensor2D {
  return tf.max(tf.abs(v), 1, true) as tf.Tensor2D;
}

/** The largest relative error of (x, y) among stationarity, feasibility, signs and complementarity: [B, 1], or Infinity. */
export function boundsError({Q, p, A, l, u}: BoxedRows, {x, y}: Pair): tf.Tensor2D {
  return tf.tidy(() => {
    const [Qx, Ay, Ax] = [matVec(Q, x), matVecTransposed(A, y), matVec(A, x)];
    const kept = clip(Ax, l, u);
    const scaleOf = (...terms: tf.Tensor[]) => terms.reduce((a, term) => tf.maximum(a, largest(term)), ONE());
    const [dual, primal] = [scaleOf(Qx, p, Ay), scaleOf(Ax, kept)];
    const slack = tf.relu(tf.where(tf.greater(y, 0), tf.sub(u, Ax), tf.sub(Ax, l)));
    const multiplier = tf.div(tf.abs(y), tf.maximum(dual, largest(y)));
    const errors = [
      tf.div(largest(tf.addN([Qx, p, Ay])), dual),
      tf.div(largest(tf.sub(Ax, kept)), primal),
      largest(tf.minimum(multiplier, tf.div(slack, primal))),
    ];
    const error = tf.max(tf.concat(errors, 1), 1, true);
    return tf.where(tf.isFinite(error), error, tf.fill(error.shape, Infinity)) as tf.Tensor2D;
  });
}

const ONE = () => tf.ones([1, 1]);

/** The bounds beyond which Ax + y/ρ lies: those that the next step of the splitting takes for active. */
export function activeRows(
  {A, l, u}: BoxedRows,
  {E, rho}: Equilibrated & {rho: tf.Tensor},
  {x, y}: Pair,
): Rows {
  const reach = tf.add(matVec(A, x), tf.div(tf.div(y, tf.square(E)), rho));
  const both = tf.equal(l, u);
  const upper = tf.logicalOr(tf.greater(reach, u), tf.logicalAnd(both, tf.greaterEqual(y, 0)));
  const lower = tf.logicalOr(tf.less(reach, l), both);
  return {upper, lower: tf.logicalAnd(lower, tf.logicalNot(upper))};
}

/** Where `b` has the smaller error, `b`. */
export function bestOf<C extends Candidate>(a: C, b: Candidate): C {
  const better = tf.less(b.error, a.error);
  const pick = (one: tf.Tensor, other: tf.Tensor) =>
    tf.where(tf.broadcastTo(better, one.shape), other, one) as tf.Tensor2D;
  const flags = (one: tf.Tensor, other: tf.Tensor) =>
    tf.logicalOr(tf.logicalAnd(better, other), tf.logicalAnd(tf.logicalNot(better), one));
  return {
    ...a,
    x: pick(a.x, b.x),
    y: pick(a.y, b.y),
    error: tf.minimum(a.error, b.error),
    lower: flags(a.lower, b.lower),
    upper: flags(a.upper, b.upper),
  };
}

/**
 * The point that satisfies the bounds active at `point` with equality, and stationarity: a regularised KKT system, solved for
 * corrections, so that of many multipliers those next to the guess are found. The active set is then read off the result and
 * solved for again, as a semismooth Newton method does. The best of all, sample by sample; no more of them where the host
 * sees that every error is `enough`.
 *
 * @see Stellato et al. 2020 (arXiv 1711.08013), section 5.2.
 */
export function polish(
  data: BoxedRows,
  scaled: Equilibrated & {rho: tf.Tensor},
  point: Pair,
  enough: number,
): Candidate {
  const {Q, p, A, l, u} = data;
  const {D, E} = scaled;
  const n = p.shape[1];
  const curved = tf.add(scaled.Q, tf.mul(DELTA, tf.expandDims(tf.eye(n), 0)));
  const none = tf.zeros([1, 0, n]);
  let {x, y} = point;
  let best: Candidate | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    const rows = activeRows(data, scaled, {x, y});
    const bound = tf.where(rows.upper, u, tf.where(rows.lower, l, tf.zerosLike(l)));
    const active = tf.cast(tf.logicalOr(rows.upper, rows.lower), 'float32');
    y = tf.mul(active, y);
    const weight = tf.mul(1 - DELTA, active);
    let systems: KktBatch | null = null;
    for (let correction = 0; correction < CORRECTIONS; correction++) {
      const pull = tf.addN([matVec(Q, x), p, matVecTransposed(A, y)]);
      const short = tf.sub(bound, matVec(A, x));
      const right = tf.concat([tf.neg(tf.mul(D, pull)), tf.mul(weight, tf.mul(E, short))], 1);
      const fine = tf.all(tf.isFinite(right), 1, true);
      const safe = tf.where(tf.broadcastTo(fine, right.shape), right, tf.zerosLike(right)) as tf.Tensor2D;
      const status = tf.reshape(tf.cast(tf.logicalNot(fine), 'int32'), [-1]);
      systems ??= new KktBatch({Q: curved, G: scaled.A, A: none, weight, status});
      const [dx, dy] = tf.split(systems.solve(safe, false)[0], [n, y.shape[1]], 1);
      x = tf.add(x, tf.mul(D, dx));
      y = tf.add(y, tf.mul(active, tf.mul(E, dy)));
      const candidate = {x, y, ...rows, error: boundsError(data, {x, y})};
      best = best ? bestOf(best, candidate) : candidate;
    }
    if (hostCanRead() && best!.error.dataSync().every((error) => error <= enough)) break;
  }
  return best!;
}

/** The direction of y as a proof that no x keeps the bounds: y with Aᵀy = 0 and uᵀy₊ + lᵀy₋ = −1. */
export function farkasRay({A, l, u}: BoxedRows, direction: tf.Tensor2D): {ray: tf.Tensor; proven: tf.Tensor} {
  // An infinite bound has no multiplier.
  const allowed = (v: tf.Tensor) => {
    const [above, below] = [tf.isFinite(u), tf.isFinite(l)];
    return tf.add(
      tf.mul(tf.cast(above, 'float32'), tf.relu(v)),
      tf.mul(tf.cast(below, 'float32'), tf.minimum(v, 0)),
    );
  };
  const unit = normalized(allowed(direction));
  const support = tf.cast(tf.greater(tf.abs(unit), NOISE), 'float32');
  const rows = tf.mul(tf.expandDims(support, 2), A);
  const y = allowed(tf.mul(support, withoutImage(rows, tf.mul(support, unit))));
  const bounds = tf.where(tf.greater(y, 0), u, tf.where(tf.less(y, 0), l, tf.zerosLike(l)));
  const sizes = tf.max(tf.abs(A), 2);
  const off = tf.div(largest(matVecTransposed(A, y)), positive(largest(tf.mul(sizes, y))));
  // A row of zeros combines to nothing by itself.
  return asRay(y, tf.mul(bounds, y), [off]);
}

/** The direction of x as a proof that the objective falls without end: Qx = 0, pᵀx = −1, and the bounds are kept. */
export function unboundedRay(
  {Q, p, A, l, u}: BoxedRows,
  direction: tf.Tensor2D,
): {ray: tf.Tensor; proven: tf.Tensor} {
  const unit = normalized(direction);
  const image = matVec(A, unit);
  const sizes = positive(tf.max(tf.abs(A), 2));
  const still = tf.lessEqual(tf.abs(image), tf.mul(NOISE, sizes));
  const blocked = tf.logicalOr(
    tf.logicalAnd(tf.isFinite(u), tf.greater(image, 0)),
    tf.logicalAnd(tf.isFinite(l), tf.less(image, 0)),
  );
  const bounded = tf.logicalOr(tf.isFinite(u), tf.isFinite(l));
  const held = tf.cast(tf.logicalAnd(bounded, tf.logicalOr(still, blocked)), 'float32');
  const heldRows = tf.mul(tf.expandDims(held, 2), A);
  const batch = p.shape[0];
  const curvature = tf.tile(Q, [Q.shape[0] === batch ? 1 : batch, 1, 1]);
  const rows = tf.transpose(tf.concat([curvature, heldRows], 1), [0, 2, 1]);
  const x = withoutImage(rows, unit);
  const moved = tf.div(matVec(A, x), sizes);
  const beyond = tf.maximum(
    tf.where(tf.isFinite(u), tf.relu(moved), tf.zerosLike(moved)),
    tf.where(tf.isFinite(l), tf.relu(tf.neg(moved)), tf.zerosLike(moved)),
  );
  const size = positive(largest(x));
  const curved = tf.div(largest(matVec(Q, x)), positive(tf.max(tf.max(tf.abs(Q), 2), 1, true)));
  return asRay(x, tf.mul(p, x), [tf.div(curved, size), tf.div(largest(beyond), size)]);
}

/** v without its projection on the columns of M [B, rows, columns]: Mᵀ of the result is zero. */
function withoutImage(M: tf.Tensor, v: tf.Tensor): tf.Tensor {
  return tf.sub(v, matVec(M, tf.squeeze(lstsq(M, tf.expandDims(v, 2)), [2])));
}

/** The ray of value −1, and where its errors and its value prove it. */
function asRay(v: tf.Tensor, terms: tf.Tensor, errors: tf.Tensor[]): {ray: tf.Tensor; proven: tf.Tensor} {
  const value = tf.sum(terms, 1, true);
  const clear = tf.less(value, tf.mul(-CLEAR, tf.sum(tf.abs(terms), 1, true)));
  const proven = errors.reduce((all, error) => tf.logicalAnd(all, tf.less(error, EXACT)), clear);
  const scale = tf.where(proven, tf.div(-1, value), tf.zerosLike(value));
  return {ray: tf.mul(scale, v), proven};
}

/** Of largest magnitude one; zero where it is zero or not finite. */
function normalized(v: tf.Tensor): tf.Tensor {
  const size = largest(v);
  const fine = tf.logicalAnd(tf.isFinite(size), tf.greater(size, 0));
  const safe = tf.where(tf.broadcastTo(fine, v.shape), v, tf.zerosLike(v));
  return tf.div(safe, tf.where(fine, size, tf.onesLike(size)));
}

function positive(v: tf.Tensor): tf.Tensor {
  return tf.where(tf.greater(v, 0), v, tf.onesLike(v));
}
