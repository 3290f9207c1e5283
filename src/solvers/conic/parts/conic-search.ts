/**
 * @file The splitting of a conic program, given the projection as a function: used if the cones are not known, or if the host cannot read.
 *   Its steps are a program if the host can read, otherwise tensor operations.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {ConicData, ConicPoint} from '../../../conditions/index.js';
import {Status, type Condition} from '../../../implicit/index.js';
import {hostCanRead, readF64, runCertifyQP} from '../../../kernels/index.js';
import {matVec, matVecTransposed} from '../../../linalg/index.js';
import {rowDot, rowNorm} from '../../../linsolve/index.js';
import {roundsOf} from './conic-rounds.js';
import {splitting} from './conic-step.js';
import type {Reporter} from '../../iteration/report.js';
import {lookAt, type Steps} from '../../iteration/steps.js';
import type {IterationState} from '../../iteration/types.js';
import {keepSamples} from '../../iteration/leaves.js';
import type {NewtonRoot} from '../../roots/newton-root.js';

/** The input of the search. */
export interface ConicSearch {
  condition: Condition<ConicPoint, [ConicData]>;
  dualProjection: (v: tf.Tensor) => tf.Tensor;
  newton: NewtonRoot<ConicPoint, [ConicData]>;
  tolerance: number;
  maxIterations: number;
  reporter: Reporter | null;
}

/** Steps between two evaluations of the residual. */
const ROUND = 50;
/** Steps between two pauses. */
const STRETCH = 10;
/** Steps between two evaluations of the residual if the host cannot read. */
const UNSEEN_ROUNDS = 4;
/** The error of a certificate's equations, relative to the product that proves it. */
const CERTIFIES = 1e-3;
/** The residual if there is no point. */
const NO_POINT = 1e9;

/** A root of the residual map, or the reason for the failure. */
export function* searchConic(
  data: ConicData,
  search: ConicSearch,
): Steps<{point: ConicPoint} & IterationState> {
  const {tolerance, maxIterations, dualProjection} = search;
  const [batch, p] = data.c.shape as [number, number];
  const m = data.E.shape[1]!;
  const step = splitting(data, dualProjection, batch);
  let [u, v] = [0, 1].map(() => tf.concat([tf.zeros([batch, p + m]), tf.ones([batch, 1])], 1));
  const iteration = roundsOf('ConicSplitting', ([before, dual]) => step(before, dual), [u, v]);
  const code = (value: number) => tf.fill([batch], value, 'int32');
  let point: ConicPoint = {u: tf.zeros([batch, p]), v: tf.zeros([batch, m]), w: tf.ones([batch, 1])};
  let residual: tf.Tensor = tf.fill([batch], NO_POINT);
  let proof: tf.Tensor = code(0);
  let round = 0;
  const most = Math.ceil(maxIterations / ROUND);
  const rounds = hostCanRead() ? most : Math.min(most, UNSEEN_ROUNDS);
  const lookAfter = (count: number) => () => {
    const open = tf.logicalAnd(tf.greater(residual, tolerance), tf.equal(proof, 0));
    return lookAt({iteration: count, maxIterations}, tf.cast(open, 'float32'), residual);
  };
  try {
    while (round < rounds) {
      for (let k = 0; k < ROUND; k += STRETCH) {
        [u, v] = iteration.run([u, v], STRETCH);
        yield {look: lookAfter(round * ROUND + k + STRETCH)};
      }
      round++;
      // At longer and longer intervals, because a Newton step costs as much as many steps of the splitting.
      const look = round === rounds || (hostCanRead() && (round & (round - 1)) === 0);
      if (!look) continue;
      const [x, y, tau] = tf.split(u, [p, m, 1], 1);
      const slack = tf.slice(v, [0, p], [-1, m]);
      const refined = refine({x, y, tau}, slack, data, search);
      const reached = residualOf(refined, data, search);
      const better = tf.less(reached, residual);
      point = {u: choose(better, refined.u, point.u), v: choose(better, refined.v, point.v), w: point.w};
      residual = tf.where(better, reached, residual);
      search.reporter?.step({iteration: round * ROUND, residual});
      proof = certificates({x, y}, slack, data);
      const open = tf.logicalAnd(tf.greater(residual, tolerance), tf.equal(proof, 0));
      if (hostCanRead() && !tf.any(open).dataSync()[0]) break;
    }
  } finally {
    iteration.dispose();
  }
  const solved = tf.lessEqual(residual, tolerance);
  const failure = tf.where(
    tf.all(tf.isFinite(u), 1),
    tf.where(tf.greater(proof, 0), proof, code(Status.ITERATION_LIMIT)),
    code(Status.NUMERICAL_ERROR),
  );
  return {
    point: {u: keepSamples(solved, point.u), v: keepSamples(solved, point.v), w: point.w},
    status: tf.where(solved, code(Status.SOLVED), failure) as tf.Tensor1D,
    iterations: code(round * ROUND) as tf.Tensor1D,
    residual: residual as tf.Tensor1D,
  };
}

/** Newton's method from the current point of the splitting; samples without a point start at zero. */
function refine(
  {x, y, tau}: {x: tf.Tensor; y: tf.Tensor; tau: tf.Tensor},
  slack: tf.Tensor,
  data: ConicData,
  {newton}: ConicSearch,
): ConicPoint {
  const positive = tf.greater(tau, 1e-12);
  const scale = tf.where(positive, tau, tf.onesLike(tau));
  const [u, v] = [tf.div(x, scale), tf.div(tf.sub(y, slack), scale)];
  const finite = tf.logicalAnd(
    tf.squeeze(positive, [1]),
    tf.logicalAnd(tf.all(tf.isFinite(u), 1), tf.all(tf.isFinite(v), 1)),
  );
  const start = {u: keepSamples(finite, u), v: keepSamples(finite, v), w: tf.onesLike(tau)};
  // A sample where Newton's method fails is zero in all parts, and w = 0 would make zero a root.
  return {...newton.run(start, data).x, w: start.w};
}

/**
 * The largest relative error of Ez + s = d and Eᵀy + c = 0, [B], relative to the terms of each row and column; the cones and
 * complementarity hold by construction. In f64 if the host can read tensors, otherwise in doubles of two f32.
 */
function residualOf(point: ConicPoint, {c, E, d}: ConicData, search: ConicSearch): tf.Tensor {
  const y = search.dualProjection(point.v);
  const s = tf.sub(y, point.v);
  if (hostCanRead()) return tf.tensor1d(errorsByRow({c, E, d}, {z: point.u, y, s}));
  // These are the conditions of a quadratic program in (z, s) without curvature, whose cost of s is −y.
  const [batch, p] = c.shape as [number, number];
  const m = E.shape[1]!;
  const identity = tf.tile(tf.expandDims(tf.eye(m), 0), [E.shape[0], 1, 1]);
  const {residual} = runCertifyQP({
    ...{Q: tf.zeros([1, p + m, p + m]), p: tf.concat([c, tf.neg(y)], 1)},
    ...{G: tf.zeros([1, 0, p + m]), h: tf.zeros([1, 0]), A: tf.concat([E, identity], 2), b: d},
    ...{x: tf.concat([point.u, s], 1), ineqDual: tf.zeros([batch, 0]), eqDual: y},
  });
  return residual;
}

/** The weight of a row or column is at least this fraction of the largest one. */
const LEAST = 1e-6;

function errorsByRow(data: ConicData, point: {z: tf.Tensor; y: tf.Tensor; s: tf.Tensor}): Float32Array {
  const [batch, p] = data.c.shape as [number, number];
  const m = data.E.shape[1]!;
  const [c, E, d, z, y, s] = [data.c, data.E, data.d, point.z, point.y, point.s].map((tensor) => {
    const values = readF64(tensor);
    const size = tensor.size / tensor.shape[0];
    return (sample: number) =>
      tensor.shape[0] === 1 ? values : values.subarray(sample * size, (sample + 1) * size);
  });
  return Float32Array.from({length: batch}, (_, k) => {
    const [rows, rowTerms] = [new Float64Array(m), new Float64Array(m)];
    const [columns, columnTerms] = [c(k).slice(), c(k).map(Math.abs)];
    for (let i = 0; i < m; i++) {
      rows[i] = s(k)[i] - d(k)[i];
      rowTerms[i] = Math.abs(s(k)[i]) + Math.abs(d(k)[i]);
      for (let j = 0; j < p; j++) {
        const [image, pull] = [E(k)[i * p + j] * z(k)[j], E(k)[i * p + j] * y(k)[i]];
        rows[i] += image;
        rowTerms[i] += Math.abs(image);
        columns[j] += pull;
        columnTerms[j] += Math.abs(pull);
      }
    }
    let worst = 0;
    for (const [errors, terms] of [
      [rows, rowTerms],
      [columns, columnTerms],
    ]) {
      const least = LEAST * terms.reduce((a, b) => Math.max(a, b), 1e-30);
      errors.forEach((error, i) => (worst = Math.max(worst, Math.abs(error) / Math.max(terms[i], least))));
    }
    return worst <= NO_POINT ? worst : NO_POINT;
  });
}

/** 1 if y proves that no z is feasible, 2 if x proves that cᵀz decreases without limit, else 0: [B], int32. */
function certificates({x, y}: {x: tf.Tensor; y: tf.Tensor}, s: tf.Tensor, {c, E, d}: ConicData): tf.Tensor {
  const gainY = tf.neg(rowDot(tf.add(d, tf.zerosLike(y)), y));
  const leftY = rowNorm(matVecTransposed(E, y));
  const gainX = tf.neg(rowDot(c, x));
  const leftX = rowNorm(tf.add(matVec(E, x), s));
  const proves = (gain: tf.Tensor, left: tf.Tensor, scale: tf.Tensor) =>
    tf.cast(
      tf.squeeze(
        tf.logicalAnd(tf.greater(gain, 0), tf.lessEqual(tf.mul(left, scale), tf.mul(CERTIFIES, gain))),
        [1],
      ),
      'int32',
    );
  const infeasible = proves(gainY, leftY, rowNorm(tf.add(d, tf.zerosLike(y))));
  const unbounded = proves(gainX, leftX, rowNorm(c));
  return tf.maximum(infeasible, tf.mul(unbounded, tf.scalar(2, 'int32')));
}

function choose(which: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.where(tf.broadcastTo(tf.expandDims(which, 1), a.shape), a, b);
}
