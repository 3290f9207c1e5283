/** @file The final decision on min ½ xᵀQx + pᵀx, l ≤ Ax ≤ u: the kernel of quadratic programs, starting from the result of a solver. */
import * as tf from '@tensorflow/tfjs-core';
import {Status} from '../../../implicit/index.js';
import {hostCanRead, NO_BOUND, readF32, runQP} from '../../../kernels/index.js';
import {matVec} from '../../../linalg/index.js';
import {pressed} from '../splitting/polish.js';
import {inParts} from '../../iteration/in-parts.js';
import {takeSamples} from '../../iteration/samples.js';
import type {Steps} from '../../iteration/steps.js';
import {ofBatch, positive, type BoxedRows, type Pair, type Rows} from '../splitting/rows.js';
import type {SplittingOptions, SplittingResult} from '../splitting/splitting.js';

/** The number of iterations that the kernel gets. */
export const FINISHING = 100;

/** The tolerance of the kernel. */
const TOLERANCE = 1e-9;

/** Where each row of A goes in the form Gx ≤ h, Ax = b. */
export interface Sides {
  equal: number[];
  upper: number[];
  lower: number[];
}

/**
 * Takes the active set of a point and computes its solution in f64 (on WebGPU in doubles of two f32), or continues to iterate if the
 * active set is wrong. The status, the residual and the certificates are those of `solveQP`: each row and column is in the user's units.
 *
 * @param so Which samples to judge, the status of the others, and the iterations so far; each [B].
 * @param known Where the rows go, if that is known for any l and u.
 * @param inSlices Whether the kernel gets the samples in parts, with pauses.
 */
export function* finishBoxed(
  data: BoxedRows,
  point: Pair,
  so: {open: tf.Tensor; status: tf.Tensor1D; iterations: tf.Tensor1D},
  {tolerance, maxIterations}: SplittingOptions,
  known: Sides | undefined,
  inSlices: boolean,
): Steps<SplittingResult & {weak: tf.Tensor2D}> {
  const {Q, p, A, l, u} = data;
  const m = l.shape[1];
  const sides = known ?? sidesOf(l, u);
  const take = (v: tf.Tensor, indices: number[], axis = 1) =>
    tf.gather(v, tf.tensor1d(indices, 'int32'), axis);
  const rowsOf = (indices: number[]) =>
    indices.length > 0 ? take(A, indices) : tf.zeros([1, 0, p.shape[1]]);
  const parts = (v: tf.Tensor, w: tf.Tensor) => join(pick(v, sides.upper), pick(w, sides.lower));
  function pick(v: tf.Tensor, indices: number[]): tf.Tensor {
    return indices.length > 0 ? take(v, indices) : tf.zeros([v.shape[0], 0]);
  }
  const G = join(rowsOf(sides.upper), tf.neg(rowsOf(sides.lower)));
  const h = parts(u, tf.neg(l));
  const image = matVec(A, point.x);
  const guess = {
    x: point.x,
    ineqDual: parts(tf.relu(point.y), tf.relu(tf.neg(point.y))),
    eqDual: pick(point.y, sides.equal),
    slack: parts(tf.relu(tf.sub(u, image)), tf.relu(tf.sub(image, l))),
  };
  const problem = {Q, p, G, h, A: rowsOf(sides.equal), b: pick(l, sides.equal)};
  const limits = {tolerance: Math.min(tolerance, TOLERANCE), maxIterations};
  const part = (from: number, count: number) =>
    runQP(takeSamples(problem, from, count), limits, takeSamples(guess, from, count));
  const found = inSlices
    ? yield* inParts(p.shape[0], maxIterations, part, (state) => state)
    : runQP(problem, limits, guess);
  const above = sides.upper.length;
  const spread = (ineq: tf.Tensor, eq: tf.Tensor) => {
    const [up, low] = [tf.slice(ineq, [0, 0], [-1, above]), tf.slice(ineq, [0, above], [-1, -1])];
    return {
      up: scatter(up, sides.upper, m),
      low: scatter(low, sides.lower, m),
      eq: scatter(eq, sides.equal, m),
    };
  };
  const duals = spread(found.ineqDual, found.eqDual);
  const y = tf.add(duals.eq, tf.sub(duals.up, duals.low)) as tf.Tensor2D;
  const ones = tf.onesLike(found.eqDual);
  const flags = spread(tf.cast(tf.greater(found.activity, 0), 'float32'), ones);
  const isEqual = tf.greater(flags.eq, 0);
  const unclear = spread(tf.cast(tf.equal(found.activity, 2), 'float32'), tf.zerosLike(ones));
  const rows: Rows = {
    upper: tf.logicalOr(tf.greater(flags.up, 0), isEqual),
    lower: tf.logicalOr(tf.greater(flags.low, 0), isEqual),
  };
  const status = tf.where(so.open, found.status, so.status) as tf.Tensor1D;
  const onlyIf = (code: number, v: tf.Tensor) =>
    tf.where(
      tf.broadcastTo(tf.expandDims(tf.equal(status, code), 1), v.shape),
      v,
      tf.zerosLike(v),
    ) as tf.Tensor2D;
  const {lower, upper} = pressed(data, {...point, y, ...rows});
  const isSolved = tf.expandDims(tf.equal(status, Status.SOLVED), 1);
  const rays = spread(found.certificateIneq, found.certificateEq);
  const ray = tf.add(rays.eq, tf.sub(rays.up, rays.low)) as tf.Tensor2D;
  return {
    x: onlyIf(Status.SOLVED, found.x),
    y: onlyIf(Status.SOLVED, y),
    lower: tf.logicalAnd(lower, isSolved) as tf.Tensor2D,
    upper: tf.logicalAnd(upper, isSolved) as tf.Tensor2D,
    weak: tf.logicalAnd(tf.greater(tf.add(unclear.up, unclear.low), 0), isSolved) as tf.Tensor2D,
    status,
    iterations: tf.where(so.open, tf.add(found.iterations, so.iterations), so.iterations) as tf.Tensor1D,
    residual: found.residual,
    certificate: {
      x: onlyIf(Status.DUAL_INFEASIBLE, found.certificateX),
      y: onlyIf(Status.PRIMAL_INFEASIBLE, tf.div(ray, positive(tf.neg(valueOf(ray, l, u))))),
    },
  };
}

/** uᵀmax(y, 0) + lᵀmin(y, 0), [B, 1]: if a row has both multipliers, their difference counts. */
function valueOf(y: tf.Tensor2D, l: tf.Tensor2D, u: tf.Tensor2D): tf.Tensor {
  const bounds = tf.where(tf.greater(y, 0), u, tf.where(tf.less(y, 0), l, tf.zerosLike(l)));
  return tf.sum(tf.mul(bounds, y), 1, true);
}

/**
 * The rows that are equalities in every sample, and for each side the rows that have a bound there in at least one sample. If the host
 * cannot read, any row may have bounds on both sides: an equality is then two inequalities.
 */
function sidesOf(l: tf.Tensor2D, u: tf.Tensor2D): Sides {
  const [batch, m] = l.shape;
  if (!hostCanRead()) return {equal: [], upper: [...Array(m).keys()], lower: [...Array(m).keys()]};
  const [low, high] = [readF32(l), readF32(u)];
  const sides: Sides = {equal: [], upper: [], lower: []};
  for (let i = 0; i < m; i++) {
    const samples = Array.from({length: batch}, (_, k) => k * m + i);
    if (samples.every((at) => low[at] === high[at])) sides.equal.push(i);
    else {
      if (samples.some((at) => high[at] < NO_BOUND)) sides.upper.push(i);
      if (samples.some((at) => low[at] > -NO_BOUND)) sides.lower.push(i);
    }
  }
  return sides;
}

function join(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (a.shape[1] === 0) return b;
  if (b.shape[1] === 0) return a;
  const batch = Math.max(a.shape[0], b.shape[0]);
  return tf.concat([ofBatch(a, batch), ofBatch(b, batch)], 1);
}

/** Zeros [B, m] with v [B, k] in the columns `indices`. */
function scatter(v: tf.Tensor, indices: number[], m: number): tf.Tensor2D {
  if (indices.length === 0) return tf.zeros([v.shape[0], m]);
  const places = new Float32Array(indices.length * m);
  indices.forEach((index, k) => (places[k * m + index] = 1));
  return tf.matMul(v as tf.Tensor2D, tf.tensor2d(places, [indices.length, m]));
}
