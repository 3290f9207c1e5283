/** @file Scales a whole problem, its matrices and vectors, to magnitude one. */
import type {DenseKernels} from '../../contracts/dense.js';
import {equilibrateMatrices} from './equilibrate.js';
import {rowsToLeaveOut} from './far-rows.js';
import {scalingRoom, type MatrixScaling, type Scaling, type ScalingRoom} from './scaling.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import type {Problem} from './types.js';
import {maxAbs} from './vectors.js';

/**
 * Writes the scaled problem to `scaled`, which has the same shape. Rows without a bound become 0 ≤ 1, and with `withoutFar` so do
 * inequalities that are far from everything else, because they must not influence the scale of the rest. `cost` is the size of the scaled
 * objective.
 */
export function scaleProblem<Matrix extends ProblemMatrix>(
  dense: DenseKernels,
  problem: Problem<Matrix>,
  matrices: MatrixScaling,
  scaled: Problem<Matrix>,
  withoutFar = false,
  room: ScalingRoom = scalingRoom(dense, problem),
  cost = 1,
): Scaling {
  const {n, p, P, q, C, d} = problem;
  const rows = d.length;
  const {row} = room;
  const {leaveOut, absent} = rowsToLeaveOut(problem, matrices, scaled.d, withoutFar, room);
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
  const c = objective > 0 ? cost / objective : 1;
  for (let j = 0; j < n; j++) row[j] = c * D[j];
  P.scale(row, D, scaled.P);
  if (problem.lift > 0) scaled.P.growDiagonal(problem.lift);
  for (let j = 0; j < n; j++) scaled.q[j] *= c;
  for (let i = 0; i < rows; i++) {
    row[i] = absent[i] ? 0 : E[i];
    scaled.d[i] = absent[i] ? Number(i >= p) : scaled.d[i] * beta;
  }
  C.scale(row, D, scaled.C);
  return {D, E, isEmpty, curvature, c, beta, absent};
}
