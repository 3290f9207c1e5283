/** @file Equilibration: brings rows and columns of the KKT matrix, and the vectors, to magnitude one. */
import {FAR} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {isBound, type Point, type Problem} from './types.js';
import {maxAbs} from './vectors.js';

/** Diagonal scalings x = D x̂ / beta, s = ŝ / (E beta), y = E ŷ / (c beta) of the matrices P and C. */
export interface MatrixScaling {
  D: Vector;
  E: Vector;
  /** 1 for rows of zeros. */
  isEmpty: Uint8Array;
  /** The largest magnitude of D P D. */
  curvature: number;
}

export interface Scaling extends MatrixScaling {
  /** Of the objective. */
  c: number;
  /** Of the variables and the right-hand side. */
  beta: number;
  /** 1 for rows that are left out. */
  absent: Uint8Array;
}

/** Where scalings of problems of one shape are written, so that not every sample needs memory of its own. */
export interface ScalingRoom extends MatrixScaling {
  /** The scaling of rows once some are left out. */
  rows: Vector;
  absent: Uint8Array;
  row: Vector;
  column: Vector;
}

export function scalingRoom(
  dense: DenseKernels,
  {n, p, m}: Pick<Problem<Vector>, 'n' | 'p' | 'm'>,
): ScalingRoom {
  const rows = p + m;
  return {
    D: dense.vector(n),
    E: dense.vector(rows),
    isEmpty: new Uint8Array(rows),
    curvature: 0,
    rows: dense.vector(rows),
    absent: new Uint8Array(rows),
    row: dense.vector(Math.max(rows, n)),
    column: dense.vector(n),
  };
}

const PASSES = 10;
/** How far from 1 the largest entry of a row or column may stay. */
const ENOUGH = 0.1;
/** Curvature below this times the largest is none, whatever the units: it must not say how far a variable may range. */
const NO_CURVATURE = 1e-26;
/** The largest entry of a semidefinite matrix whose diagonal is 1, but for rounding. */
const CONSISTENT = 1.01;

/**
 * The scaling of the matrices alone; problems that share them share it.
 *
 * P is positive semidefinite, so no entry is larger than the root of the diagonal entries of its row and column: the diagonal
 * alone says how to scale a variable, and each row of C follows. Variables without curvature take turns with the rows of C, as
 * in Ruiz (2001).
 */
export function equilibrateMatrices(
  dense: DenseKernels,
  problem: Pick<Problem<Vector>, 'n' | 'p' | 'm' | 'P' | 'C'>,
  room: ScalingRoom = scalingRoom(dense, problem),
  leaveOut?: Uint8Array,
): MatrixScaling {
  const {n, p, m, P, C} = problem;
  const rows = p + m;
  const {D, E, isEmpty, row, column} = room;
  D.fill(1);
  E.fill(1);
  if (leaveOut) for (let i = 0; i < rows; i++) E[i] = 1 - leaveOut[i];
  let largest = 0;
  for (let j = 0; j < n; j++) largest = Math.max(largest, P[j * n + j]);
  const floor = NO_CURVATURE * largest;
  let curved = true;
  for (let j = 0; j < n; j++) {
    const entry = P[j * n + j];
    if (entry > floor) D[j] = 1 / Math.sqrt(entry);
    else curved = false;
  }
  isEmpty.fill(0);
  column.fill(0);
  dense.scaledMaxima(P, n, n, D, D, row, column);
  let curvature = maxAbs(column);
  const consistent = !(curvature > CONSISTENT);
  if (!consistent) respectEntries(P, n, D);
  for (let pass = 0; pass < PASSES; pass++) {
    column.fill(0);
    dense.scaledMaxima(C, rows, n, E, D, row, column);
    let off = 0;
    for (let i = 0; i < rows; i++) {
      isEmpty[i] = Number(row[i] === 0);
      if (row[i] === 0) continue;
      E[i] /= curved ? row[i] : Math.sqrt(row[i]);
      off = Math.max(off, Math.abs(1 - row[i]));
    }
    if (curved) break;
    for (let j = 0; j < n; j++) {
      if (P[j * n + j] > floor || column[j] === 0) continue;
      D[j] /= Math.sqrt(column[j]);
      off = Math.max(off, Math.abs(1 - column[j]));
    }
    if (off < ENOUGH) break;
  }
  if (leaveOut) {
    for (let i = 0; i < rows; i++) if (leaveOut[i]) E[i] = 1;
    column.fill(0);
    dense.scaledMaxima(C, rows, n, E, D, row, column);
    for (let i = 0; i < rows; i++) {
      if (leaveOut[i] && row[i] > 0) E[i] = 1 / row[i];
      isEmpty[i] = Number(row[i] === 0);
    }
  }
  if (!curved || !consistent) {
    column.fill(0);
    dense.scaledMaxima(P, n, n, D, D, row, column);
    curvature = maxAbs(column);
  }
  return {D, E, isEmpty, curvature};
}

/**
 * Where rounding has left an entry beside a diagonal that is too small for it, the entry says how to scale: with the variable
 * that has more curvature, whose own scale stands.
 */
function respectEntries(P: Vector, n: number, D: Vector): void {
  const before = D.slice();
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      if (before[i] < before[j]) D[j] = Math.min(D[j], 1 / (Math.abs(P[j * n + i]) * before[i]));
    }
  }
}

/** P's diagonal grows by `lift` times itself. */
export function addLift(P: Vector, n: number, lift: number): void {
  if (lift > 0) for (let j = 0; j < n; j++) P[j * n + j] *= 1 + lift;
}

/**
 * Scales the problem into `scaled`, which has its shape. Rows that bound nothing, and with `withoutFar` inequalities that are far
 * from everything else, come as 0 ≤ 1: they must not say how large the rest is.
 */
export function scaleProblem(
  dense: DenseKernels,
  problem: Problem<Vector>,
  matrices: MatrixScaling,
  scaled: Problem<Vector>,
  withoutFar = false,
  room: ScalingRoom = scalingRoom(dense, problem),
): Scaling {
  const {n, p, P, q, C, d} = problem;
  const rows = d.length;
  const {row} = room;
  const {leaveOut, absent} = rowsToLeaveOut(problem, matrices, scaled.d, withoutFar, room.absent);
  const scales = leaveOut ? equilibrateMatrices(dense, problem, undefined, leaveOut) : matrices;
  const {D, isEmpty, curvature} = scales;
  const E = room.rows;
  for (let i = 0; i < rows; i++) {
    E[i] = absent[i] ? 1 : scales.E[i];
    scaled.d[i] = absent[i] ? 0 : E[i] * d[i];
  }
  const largest = maxAbs(scaled.d);
  const beta = largest > 0 ? 1 / largest : 1;
  let objective = curvature;
  for (let j = 0; j < n; j++) {
    scaled.q[j] = beta * D[j] * q[j];
    objective = Math.max(objective, Math.abs(scaled.q[j]));
  }
  const c = objective > 0 ? 1 / objective : 1;
  for (let j = 0; j < n; j++) row[j] = c * D[j];
  dense.scale(P, n, n, row, D, scaled.P);
  addLift(scaled.P, n, problem.lift);
  for (let j = 0; j < n; j++) scaled.q[j] *= c;
  dense.scale(C, rows, n, E, D, scaled.C);
  for (let i = 0; i < rows; i++) {
    scaled.d[i] *= beta;
    if (!absent[i]) continue;
    scaled.C.fill(0, i * n, (i + 1) * n);
    scaled.d[i] = i < p ? 0 : 1;
  }
  return {D, E, isEmpty, curvature, c, beta, absent};
}

/**
 * Rows that do not take part, and rows that must not set a scale: those and the far ones. `leaveOut` is undefined if the scaling of
 * all rows will do.
 *
 * @param scaledD Room for the right-hand sides in scaled units.
 * @param absent Room for the first of them.
 */
function rowsToLeaveOut(
  problem: Problem,
  {D, E, isEmpty}: MatrixScaling,
  scaledD: Vector,
  withoutFar: boolean,
  absent: Uint8Array,
): {leaveOut?: Uint8Array; absent: Uint8Array} {
  const {p, d} = problem;
  let some = false;
  for (let i = 0; i < d.length; i++) {
    const isFree = !isBound(d[i]);
    absent[i] = Number(isEmpty[i] === 1 || isFree);
    some ||= isFree;
    scaledD[i] = absent[i] ? 0 : E[i] * d[i];
  }
  const limit = farFrom(problem, D, scaledD, absent);
  if (limit === Infinity && !some) return {absent};
  const leaveOut = absent.slice();
  for (let i = p; i < d.length; i++) if (scaledD[i] > limit) leaveOut[i] = 1;
  return {leaveOut, absent: withoutFar ? leaveOut : absent};
}

/**
 * The right-hand side, in scaled units, from which on an inequality is far: it is satisfied at zero, and much further away than
 * rows that are not, than the minimum without constraints, and than a quarter of its like.
 */
function farFrom({p, n, P, q}: Problem, D: Vector, d: Vector, absent: Uint8Array): number {
  let size = 0;
  let largest = 0;
  for (let i = 0; i < d.length; i++) {
    if (absent[i]) continue;
    if (i < p || d[i] < 0) size = Math.max(size, Math.abs(d[i]));
    else largest = Math.max(largest, d[i]);
  }
  for (let j = 0; j < n; j++) if (P[j * n + j] > 0) size = Math.max(size, Math.abs(D[j] * q[j]));
  if (largest <= FAR * size) return Infinity;
  const positive = d.filter((value, i) => !absent[i] && i >= p && value > 0).sort();
  return FAR * Math.max(size, positive[Math.floor(positive.length / 4)]);
}

/** A point of the scaled problem as one of the original, in place. */
export function unscale({x, y, s}: Point, {D, E, c, beta, absent}: Scaling): void {
  for (let i = 0; i < x.length; i++) x[i] *= D[i] / beta;
  for (let i = 0; i < y.length; i++) {
    y[i] = absent[i] ? 0 : (y[i] * E[i]) / (c * beta);
    s[i] /= E[i] * beta;
  }
}

/** A point of the original problem as one of the scaled, in place. */
export function rescale({x, y, s}: Point, {D, E, c, beta}: Scaling): void {
  for (let i = 0; i < x.length; i++) x[i] *= beta / D[i];
  for (let i = 0; i < y.length; i++) {
    y[i] *= (c * beta) / E[i];
    s[i] *= E[i] * beta;
  }
}
