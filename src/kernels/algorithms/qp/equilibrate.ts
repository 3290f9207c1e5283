/** @file Equilibration: brings rows and columns of the KKT matrix to magnitude one. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {scalingRoom, type MatrixScaling, type ScalingRoom} from './scaling.js';
import type {Problem} from './types.js';
import {maxAbs} from './vectors.js';

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
