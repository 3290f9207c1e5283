/** @file The dual of projections onto matrices with given row and column sums. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../../autodiff/index.js';
import {solvedRoot, type Condition} from '../../../implicit/index.js';
import {areFinite, solve} from '../../../linalg/index.js';
import {lu} from '../../../linsolve/index.js';
import {fill} from '../../../kernels/index.js';

/** The family of matrices: P = φ'(X − u1ᵀ − 1vᵀ), where φ' is increasing. */
export interface Potential {
  /** φ'(z), differentiable. */
  value: (z: tf.Tensor) => tf.Tensor;
  /** φ''(z) ≥ 0; not differentiated. */
  slope: (z: tf.Tensor) => tf.Tensor;
  /** u [B, n, 1] with Σⱼ φ'(zᵢⱼ − uᵢ) = aᵢ, for z [B, n, m] and a [B, n, 1]; not differentiated. */
  balanceRows: (z: tf.Tensor, a: tf.Tensor) => tf.Tensor;
}

/** u [B, n, 1] and v [B, 1, m], with equal sums. */
type Duals = {u: tf.Tensor; v: tf.Tensor};
type Params = [X: tf.Tensor, a: tf.Tensor, b: tf.Tensor];

/** The host never sees whether fewer are enough: if it can read, a kernel finds the plan. */
const ITERATIONS = 10;
const SWEEPS = 3;
const STEPS = [1, 0.25, 2 ** -6];
/** A sum counts as met, in f32, if its error is at most this fraction of the sum. */
const TOLERANCE = 3e-7;
/** A sample with a larger relative error of a sum is not solved, or has no solution. */
const FEASIBLE = 1e-5;
/** Replaces a zero sum of terms as a divisor. */
const NO_SUM = 1e-30;

/**
 * P = φ'(X − u1ᵀ − 1vᵀ) with row sums a and column sums b, [B, n, m]: differentiable in X [B, n, m], a [B, n, 1] and
 * b [B, 1, m] by the implicit-function theorem for (u, v).
 *
 * Alternates exact minimisation over u and over v, with Newton steps in between. A sample that misses one of its sums by more than 1e-5 of
 * that sum (the totals differ, an entry is NaN, or the steps did not suffice) becomes NaN.
 */
export function balanced(potential: Potential, ...params: Params): tf.Tensor {
  const {value} = potential;
  const condition: Condition<Duals, Params> = ({u, v}, X, a, b) => {
    const P = value(tf.sub(tf.sub(X, u), v));
    // A constant can move from u to v: this term, zero at the solution, makes the system regular.
    const gauge = tf.sub(tf.sum(u, [1, 2], true), tf.sum(v, [1, 2], true));
    return {
      u: tf.sub(tf.sub(tf.sum(P, 2, true), a), gauge),
      v: tf.add(tf.sub(tf.sum(P, 1, true), b), gauge),
    };
  };
  condition.tags = {symmetric: true};
  return tf.tidy(() => {
    const {good, safe} = offTape(() => firstAid(params)) as unknown as {good: tf.Tensor; safe: Params};
    // Newton steps and the gradient never see a sample that is not finite.
    const clean = params.map((tensor, i) =>
      tf.where(tf.broadcastTo(good, tensor.shape), tensor, safe[i]),
    ) as Params;
    const {x, aux} = solvedRoot(condition, {linsolve: lu(), onFailure: 'ignore'}, clean, () =>
      search(potential, clean),
    );
    const {u, v} = x as Duals;
    const P = value(tf.sub(tf.sub(clean[0], u), v));
    const met = offTape(() =>
      tf.broadcastTo(tf.logicalAnd(good, tf.lessEqual((aux as {miss: tf.Tensor}).miss, FEASIBLE)), P.shape),
    );
    return tf.where(met, P, fill(P.shape, NaN));
  });
}

/** Which samples are finite, and replacements for the others. */
function firstAid([X, a, b]: Params) {
  const finite = [X, a, b].map((tensor) => areFinite(tensor, 2));
  const good = tf.cast(
    finite.reduce((all, each) => tf.minimum(all, each)),
    'bool',
  );
  const [n, m] = [X.shape[1]!, X.shape[2]!];
  return {good, safe: [tf.zerosLike(X), tf.fill(a.shape, m), tf.fill(b.shape, n)]};
}

function search(
  {value, slope, balanceRows}: Potential,
  [X, a, b]: Params,
): {x: Duals; aux: {miss: tf.Tensor}} {
  const flip = (tensor: tf.Tensor) => tf.transpose(tensor, [0, 2, 1]);
  const residuals = ({u, v}: Duals) => {
    const P = value(tf.sub(tf.sub(X, u), v));
    return {rows: tf.sub(tf.sum(P, 2, true), a), columns: tf.sub(tf.sum(P, 1, true), b)};
  };
  const missOf = (duals: Duals): tf.Tensor => {
    const {rows, columns} = residuals(duals);
    // Each relative to its own sum, because a small row may be completely wrong and still be small next to the largest.
    const share = (off: tf.Tensor, sum: tf.Tensor) =>
      tf.max(tf.div(tf.abs(off), tf.maximum(tf.abs(sum), NO_SUM)), [1, 2], true);
    return tf.maximum(share(rows, a), share(columns, b));
  };
  const sweep = (v: tf.Tensor): Duals => {
    const u = balanceRows(tf.sub(X, v), a);
    return {u, v: flip(balanceRows(flip(tf.sub(X, u)), flip(b)))};
  };
  const newton = (duals: Duals): Duals => {
    const W = slope(tf.sub(tf.sub(X, duals.u), duals.v));
    const {rows, columns} = residuals(duals);
    const rhs = tf.concat([rows, flip(columns)], 1);
    const step = solve(hessian(W), rhs, {assume: 'positiveDefinite'});
    const [du, dv] = tf.split(step, [X.shape[1]!, X.shape[2]!], 1);
    return {u: du, v: flip(dv)};
  };
  let duals: Duals = sweep(tf.zerosLike(b));
  let miss = missOf(duals);
  for (let k = 0; k < ITERATIONS; k++) {
    let swept = duals;
    for (let i = 0; i < SWEEPS; i++) swept = sweep(swept.v);
    const direction = newton(swept);
    const steps = STEPS.map((t) => ({
      u: tf.add(swept.u, tf.mul(t, direction.u)),
      v: tf.add(swept.v, tf.mul(t, direction.v)),
    }));
    // The sweeps always make the dual grow; a Newton step is kept if it meets the sums better than they do.
    [duals, miss] = best([duals, swept, ...steps], [miss, missOf(swept), ...steps.map(missOf)]);
  }
  const shift = tf.div(
    tf.sub(tf.sum(duals.v, [1, 2], true), tf.sum(duals.u, [1, 2], true)),
    X.shape[1]! + X.shape[2]!,
  );
  return {x: {u: tf.add(duals.u, shift), v: tf.sub(duals.v, shift)}, aux: {miss}};
}

/**
 * The candidate with the smallest error of the sums, for each sample. The first one is the start of the sweeps: it is kept only if it is
 * solved.
 */
function best(candidates: Duals[], misses: tf.Tensor[]): [Duals, tf.Tensor] {
  let [duals, miss] = [candidates[1], misses[1]];
  for (const [i, candidate] of candidates.entries()) {
    if (i === 1) continue;
    const better = tf.less(misses[i], i === 0 ? tf.minimum(miss, TOLERANCE) : miss);
    const choose = (a: tf.Tensor, b: tf.Tensor) => tf.where(tf.broadcastTo(better, a.shape), a, b);
    duals = {u: choose(candidate.u, duals.u), v: choose(candidate.v, duals.v)};
    miss = tf.where(better, misses[i], miss);
  }
  return [duals, miss];
}

/** [diag(W1) W; Wᵀ diag(Wᵀ1)], positive semidefinite, made definite in the direction of a constant and where W is zero. */
function hessian(W: tf.Tensor): tf.Tensor {
  const [, n, m] = W.shape as [number, number, number];
  const diagonal = (values: tf.Tensor, size: number) => tf.mul(tf.expandDims(values, 2), tf.eye(size));
  const full = tf.concat(
    [
      tf.concat([diagonal(tf.sum(W, 2), n), W], 2),
      tf.concat([tf.transpose(W, [0, 2, 1]), diagonal(tf.sum(W, 1), m)], 2),
    ],
    1,
  );
  const largest = tf.maximum(tf.max(full, [1, 2], true), 1e-20);
  const sign = tf.concat([tf.ones([n, 1]), tf.fill([m, 1], -1)]);
  const gauge = tf.div(tf.matMul(sign, sign, false, true), n + m);
  return tf.add(full, tf.mul(largest, tf.add(gauge, tf.mul(1e-6, tf.eye(n + m)))));
}
