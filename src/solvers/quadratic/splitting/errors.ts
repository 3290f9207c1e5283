/** @file How far a point is from the KKT conditions of min ½ xᵀQx + pᵀx, l ≤ Ax ≤ u, as precisely as possible. */
import * as tf from '@tensorflow/tfjs-core';
import {fill, hostCanRead, readF64} from '../../../kernels/index.js';
import {matVec, matVecTransposed} from '../../../linalg/index.js';
import {allOf, clip, largest, positive, type BoxedRows, type Pair} from './rows.js';
import type {Equilibrated} from './scaling.js';

/** The largest relative error of a point: [B, 1], or Infinity. */
export type ErrorMeter = (point: Pair) => tf.Tensor2D;

/**
 * Measures, in equilibrated units, stationarity, feasibility, signs and complementarity, and the duality gap, each relative to
 * the largest of the terms that should cancel. Nothing is added to the terms: if all of them are zero, the error must be zero too. In f64
 * if the host can read; otherwise in f32, with its rounding added.
 */
export function errorMeter(data: BoxedRows, units: Pick<Equilibrated, 'D' | 'E'>): ErrorMeter {
  return hostCanRead() ? hostMeter(data, units) : deviceMeter(data, units);
}

const ratio = (a: number, b: number) => (a === 0 ? 0 : a / b);

function hostMeter(data: BoxedRows, units: Pick<Equilibrated, 'D' | 'E'>): ErrorMeter {
  const [batch, n] = data.p.shape;
  const m = data.l.shape[1];
  const [Q, A, p, l, u, D, E] = [data.Q, data.A, data.p, data.l, data.u, units.D, units.E].map((tensor) => {
    const values = readF64(tensor);
    const size = tensor.size / tensor.shape[0];
    return (sample: number) =>
      values.length === size ? values : values.subarray(sample * size, (sample + 1) * size);
  });
  return (point) => {
    const [xs, ys] = [readF64(point.x), readF64(point.y)];
    const errors = Float32Array.from({length: batch}, (_, s) => {
      const sample = {n, m, Q: Q(s), A: A(s), p: p(s), l: l(s), u: u(s), D: D(s), E: E(s)};
      const error = errorOf(sample, xs.subarray(s * n, (s + 1) * n), ys.subarray(s * m, (s + 1) * m));
      return Number.isNaN(error) ? Infinity : error;
    });
    return tf.tensor2d(errors, [batch, 1]);
  };
}

type Sample = Record<'Q' | 'A' | 'p' | 'l' | 'u' | 'D' | 'E', Float64Array> & {n: number; m: number};

function errorOf({n, m, Q, A, p, l, u, D, E}: Sample, x: Float64Array, y: Float64Array): number {
  const pull = new Float64Array(n);
  let [off, dual, size, quadratic, linear] = [0, 0, 0, 0, 0];
  for (let i = 0; i < m; i++) {
    if (y[i] !== 0) for (let j = 0; j < n; j++) pull[j] += A[i * n + j] * y[i];
  }
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Q[j * n + i] * x[i];
    dual = Math.max(dual, D[j] * Math.abs(sum), D[j] * Math.abs(p[j]), D[j] * Math.abs(pull[j]));
    // Math.max keeps a NaN.
    off = Math.max(off, D[j] * Math.abs(sum + p[j] + pull[j]));
    size = Math.max(size, Math.abs(x[j]) / D[j]);
    quadratic += x[j] * sum;
    linear += x[j] * p[j];
  }
  let [beyond, primal, multiplier, support] = [0, 0, 0, 0];
  const slacks = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += A[i * n + j] * x[j];
    const kept = Math.min(Math.max(sum, l[i]), u[i]);
    const bound = y[i] > 0 ? u[i] : l[i];
    primal = Math.max(primal, E[i] * Math.abs(sum), E[i] * Math.abs(kept));
    beyond = Math.max(beyond, E[i] * Math.abs(sum - kept));
    multiplier = Math.max(multiplier, Math.abs(y[i]) / E[i]);
    slacks[i] = y[i] > 0 ? E[i] * (u[i] - sum) : E[i] * (sum - l[i]);
    // A multiplier at an infinite bound fails the test of signs.
    if (Number.isFinite(bound)) support += y[i] * bound;
  }
  multiplier = Math.max(multiplier, dual);
  let complementarity = 0;
  for (let i = 0; i < m; i++) {
    const pair = Math.min(ratio(Math.abs(y[i]) / E[i], multiplier), ratio(Math.max(0, slacks[i]), primal));
    complementarity = Math.max(complementarity, pair);
  }
  const terms = Math.max(Math.abs(quadratic), Math.abs(linear), Math.abs(support), size * dual);
  const gap = ratio(Math.abs(quadratic + linear + support), terms);
  return Math.max(ratio(off, dual), ratio(beyond, primal), complementarity, gap);
}

/** Half a unit in the last place of f32. */
const ROUNDING = 2 ** -24;

function deviceMeter({Q, p, A, l, u}: BoxedRows, {D, E}: Pick<Equilibrated, 'D' | 'E'>): ErrorMeter {
  const [sizeQ, sizeA] = [tf.abs(Q), tf.abs(A)];
  // The error of a sum grows about like the root of the number of terms.
  const unit = (terms: number) => ROUNDING * (2 + Math.sqrt(terms));
  const [n, m] = [p.shape[1], l.shape[1]];
  const most = (...values: tf.Tensor[]) => values.reduce((a, b) => tf.maximum(a, b));
  const over = (a: tf.Tensor, b: tf.Tensor) =>
    tf.where(
      tf.greater(b, 0),
      tf.div(a, positive(b)),
      tf.where(tf.greater(a, 0), tf.onesLike(a), tf.zerosLike(a)),
    );
  return ({x, y}) =>
    tf.tidy(() => {
      const [Qx, Ay, Ax] = [matVec(Q, x), matVecTransposed(A, y), matVec(A, x)];
      const inUnits = (v: tf.Tensor) => largest(tf.mul(D, v));
      const [absX, absY] = [tf.abs(x), tf.abs(y)];
      const noise = tf.mul(
        unit(n + m),
        tf.addN([matVec(sizeQ, absX), tf.abs(p), matVecTransposed(sizeA, absY)]),
      );
      const dual = most(...[Qx, p, Ay].map(inUnits));
      const off = inUnits(tf.add(tf.abs(tf.addN([Qx, p, Ay])), noise));
      const kept = clip(Ax, l, u);
      const inRows = (v: tf.Tensor) => largest(tf.mul(E, v));
      const primal = most(inRows(Ax), inRows(kept));
      const missed = tf.mul(unit(n), matVec(sizeA, absX));
      const beyond = inRows(tf.add(tf.abs(tf.sub(Ax, kept)), missed));
      const above = tf.greater(y, 0);
      const slack = tf.mul(E, tf.relu(tf.where(above, tf.sub(u, Ax), tf.sub(Ax, l))));
      const multipliers = tf.div(absY, E);
      const shares = tf.minimum(
        over(multipliers, most(largest(multipliers), dual)),
        over(slack, tf.mul(primal, tf.onesLike(slack))),
      );
      const bound = tf.where(above, u, l);
      const sumOf = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b), 1, true);
      const terms = [
        sumOf(x, Qx),
        sumOf(x, p),
        sumOf(y, tf.where(tf.isFinite(bound), bound, tf.zerosLike(bound))),
      ];
      const gap = over(
        tf.abs(tf.addN(terms)),
        most(...terms.map((t) => tf.abs(t)), tf.mul(largest(tf.div(x, D)), dual)),
      );
      const error = most(over(off, dual), over(beyond, primal), largest(shares), gap);
      // Comparisons with NaN are false, so a point of NaN would otherwise have no error.
      const finite = tf.logicalAnd(allOf(tf.isFinite(x)), allOf(tf.isFinite(y)));
      const known = tf.logicalAnd(finite, tf.isFinite(error));
      return tf.where(known, error, fill(error.shape, Infinity)) as tf.Tensor2D;
    });
}
