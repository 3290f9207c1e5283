/** @file Scales a whole problem, its matrices and vectors, to magnitude one. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {equilibrateMatrices} from './equilibrate.js';
import {rowsToLeaveOut} from './far-rows.js';
import {scalingRoom, type MatrixScaling, type Scaling, type ScalingRoom} from './scaling.js';
import type {Problem} from './types.js';
import {maxAbs} from './vectors.js';

/** Increases the diagonal of P by `lift` times itself. */
export function addLift(P: Vector, n: number, lift: number): void {
  if (lift > 0) for (let j = 0; j < n; j++) P[j * n + j] *= 1 + lift;
}

/**
 * Writes the scaled problem to `scaled`, which has the same shape. Rows without a bound become 0 ≤ 1, and with `withoutFar` so do
 * inequalities that are far from everything else, because they must not influence the scale of the rest.
 */
export function scaleProblem(
  dense: DenseKernels,
  problem: Problem,
  matrices: MatrixScaling,
  scaled: Problem,
  withoutFar = false,
  room: ScalingRoom = scalingRoom(dense, problem),
): Scaling {
  const {
    n,
    p,
    P: {values: P},
    q,
    C: {values: C},
    d,
  } = problem;
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
  dense.scale(P, n, n, row, D, scaled.P.values);
  addLift(scaled.P.values, n, problem.lift);
  for (let j = 0; j < n; j++) scaled.q[j] *= c;
  dense.scale(C, rows, n, E, D, scaled.C.values);
  for (let i = 0; i < rows; i++) {
    scaled.d[i] *= beta;
    if (!absent[i]) continue;
    scaled.C.values.fill(0, i * n, (i + 1) * n);
    scaled.d[i] = i < p ? 0 : 1;
  }
  return {D, E, isEmpty, curvature, c, beta, absent};
}
