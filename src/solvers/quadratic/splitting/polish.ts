/** @file Computes the point on a guessed set of active bounds, and chooses the best of several points. */
import * as tf from '@tensorflow/tfjs-core';
import {hostCanRead, KktBatch} from '../../../kernels/index.js';
import {matVec, matVecTransposed} from '../../../linalg/index.js';
import type {ErrorMeter} from './errors.js';
import {allOf, asNumbers, type BoxedRows, type Candidate, type Pair, type Rows} from './rows.js';
import type {Equilibrated} from './scaling.js';

/** Keeps the polishing system regular, in equilibrated data; corrections by the residual remove its effect. */
const DELTA = 1e-6;
/** The number of corrections of the active set, and of the point on each active set. */
const ROUNDS = 3;
const CORRECTIONS = 2;

/** The bounds that Ax + y/ρ exceeds: the next step of the splitting treats these as active. */
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

/** The active bounds; for an equality, the bound that its multiplier presses on. */
export function pressed({l, u}: BoxedRows, {y, lower, upper}: Pair & Rows): Rows {
  const both = tf.equal(l, u);
  const one = tf.logicalAnd(tf.logicalOr(lower, upper), both);
  const [above, apart] = [tf.greaterEqual(y, 0), tf.logicalNot(both)];
  const side = (flags: tf.Tensor, presses: tf.Tensor) =>
    tf.logicalOr(tf.logicalAnd(flags, apart), tf.logicalAnd(one, presses));
  return {lower: side(lower, tf.logicalNot(above)), upper: side(upper, above)};
}

/** `b` for samples where it has the smaller error, otherwise the first point. */
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
 * The point that satisfies the bounds active at `point` with equality, and stationarity: a regularised KKT system, solved for corrections,
 * so that among many multipliers those closest to the guess are found. The active set is then read off the result and solved for again, as
 * a semismooth Newton method does. Returns the best of these points for each sample, and stops early if the host sees that every error is
 * at most `enough`.
 *
 * @see Stellato et al. 2020 (arXiv 1711.08013), section 5.2.
 */
export function polish(
  data: BoxedRows,
  scaled: Equilibrated & {rho: tf.Tensor},
  point: Pair,
  errorAt: ErrorMeter,
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
    const active = asNumbers(tf.logicalOr(rows.upper, rows.lower));
    y = tf.mul(active, y);
    const weight = tf.mul(1 - DELTA, active);
    let systems: KktBatch | null = null;
    for (let correction = 0; correction < CORRECTIONS; correction++) {
      const pull = tf.addN([matVec(Q, x), p, matVecTransposed(A, y)]);
      const short = tf.sub(bound, matVec(A, x));
      const right = tf.concat([tf.neg(tf.mul(D, pull)), tf.mul(weight, tf.mul(E, short))], 1);
      const fine = allOf(tf.isFinite(right));
      const safe = tf.where(tf.broadcastTo(fine, right.shape), right, tf.zerosLike(right)) as tf.Tensor2D;
      const status = tf.reshape(tf.cast(asNumbers(tf.logicalNot(fine)), 'int32'), [-1]);
      systems ??= new KktBatch({Q: curved, G: scaled.A, A: none, weight, status});
      const [dx, dy] = tf.split(systems.solve(safe, false)[0], [n, y.shape[1]], 1);
      x = tf.add(x, tf.mul(D, dx));
      y = tf.add(y, tf.mul(active, tf.mul(E, dy)));
      const candidate = {x, y, ...rows, error: errorAt({x, y})};
      best = best ? bestOf(best, candidate) : candidate;
    }
    if (hostCanRead() && best!.error.dataSync().every((error) => error <= enough)) break;
  }
  // The value that should be zero is only rounding here, and relative to itself only an exact zero is small enough.
  for (const zero of ['x', 'y'] as const) {
    const rounded = {...best!, [zero]: tf.zerosLike(best![zero])};
    best = bestOf(best!, {...rounded, error: errorAt(rounded)});
  }
  return best!;
}
