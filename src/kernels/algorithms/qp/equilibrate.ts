/** @file Equilibration: brings rows and columns of the KKT matrix to magnitude one. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import {scalingRoom, type MatrixScaling, type ScalingRoom} from './scaling.js';
import type {AnyProblem} from './types.js';
import {maxAbs} from './vectors.js';

const PASSES = 10;
/** The allowed difference from 1 of the largest entry of a row or column. */
const ENOUGH = 0.1;
/** Curvature below this times the largest counts as zero in any units, and must not determine the range of a variable. */
const NO_CURVATURE = 1e-26;
/** The largest possible entry of a semidefinite matrix with diagonal 1, with room for rounding. */
const CONSISTENT = 1.01;

/**
 * Computes the scaling of the matrices alone, so problems with the same matrices can share it.
 *
 * P is positive semidefinite, so no entry is larger than the geometric mean of the diagonal entries of its row and column. Therefore the
 * diagonal alone determines the scale of a variable, and then of each row of C. Variables without curvature are scaled alternately with the
 * rows of C, as in Ruiz (2001).
 */
export function equilibrateMatrices(
  dense: DenseKernels,
  problem: Pick<AnyProblem, 'n' | 'p' | 'm' | 'P' | 'C'>,
  room: ScalingRoom = scalingRoom(dense, problem),
  leaveOut?: Uint8Array,
): MatrixScaling {
  const {n, p, m, P, C} = problem;
  const rows = p + m;
  const {D, E, isEmpty, row, column, diagonal} = room;
  D.fill(1);
  E.fill(1);
  if (leaveOut) for (let i = 0; i < rows; i++) E[i] = 1 - leaveOut[i];
  let largest = 0;
  P.diagonal(diagonal);
  for (let j = 0; j < n; j++) largest = Math.max(largest, diagonal[j]);
  const floor = NO_CURVATURE * largest;
  let curved = true;
  for (let j = 0; j < n; j++) {
    const entry = diagonal[j];
    if (entry > floor) D[j] = 1 / Math.sqrt(entry);
    else curved = false;
  }
  isEmpty.fill(0);
  column.fill(0);
  P.scaledMaxima(D, D, row, column);
  let curvature = maxAbs(column);
  const consistent = !(curvature > CONSISTENT);
  if (!consistent) respectEntries(P, D);
  for (let pass = 0; pass < PASSES; pass++) {
    column.fill(0);
    C.scaledMaxima(E, D, row, column);
    let off = 0;
    for (let i = 0; i < rows; i++) {
      isEmpty[i] = Number(row[i] === 0);
      if (row[i] === 0) continue;
      E[i] /= curved ? row[i] : Math.sqrt(row[i]);
      off = Math.max(off, Math.abs(1 - row[i]));
    }
    if (curved) break;
    for (let j = 0; j < n; j++) {
      if (diagonal[j] > floor || column[j] === 0) continue;
      D[j] /= Math.sqrt(column[j]);
      off = Math.max(off, Math.abs(1 - column[j]));
    }
    if (off < ENOUGH) break;
  }
  if (leaveOut) {
    for (let i = 0; i < rows; i++) if (leaveOut[i]) E[i] = 1;
    column.fill(0);
    C.scaledMaxima(E, D, row, column);
    for (let i = 0; i < rows; i++) {
      if (leaveOut[i] && row[i] > 0) E[i] = 1 / row[i];
      isEmpty[i] = Number(row[i] === 0);
    }
  }
  if (!curved || !consistent) {
    column.fill(0);
    P.scaledMaxima(D, D, row, column);
    curvature = maxAbs(column);
  }
  return {D, E, isEmpty, curvature};
}

/**
 * If rounding has made a diagonal entry too small for another entry in its row, that other entry determines the scale of the variable. The
 * variable with more curvature keeps its own scale.
 */
function respectEntries(P: ProblemMatrix, D: Vector): void {
  const before = D.slice();
  for (let j = 0; j < D.length; j++) {
    P.forEachInRow(j, (i, entry) => {
      if (before[i] < before[j]) D[j] = Math.min(D[j], 1 / (Math.abs(entry) * before[i]));
    });
  }
}
