/** @file Solves one quadratic program as `solveQP` does, and once more by the interior point alone, of which each iteration is recorded. */
import type {BatchJob} from '../../contracts/batch-kernel.js';
import {boundRows} from '../../contracts/bounds.js';
import {QP_OUTPUTS} from '../../contracts/qp-limits.js';
import {denseKernels} from '../../twins/current-dense.js';
import {Certificate} from './certificate.js';
import {fullSolver, qpBatch, type QPArrays} from './qp-batch.js';
import {unscale} from './scaling.js';
import type {Watch} from './qp-system.js';
import {copyPoint, emptyPoint} from './types.js';

/** The data of one problem in f32, row by row; the arrays of bounds that do not exist are empty. */
export interface OneQP {
  n: number;
  /** The numbers of rows of G and of A. */
  m: number;
  k: number;
  sides: number;
  values: Record<'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'lower' | 'upper', Float32Array>;
}

/** An iteration, in the units of the problem. Rows: those of A, of G, then of the bounds. */
export interface WatchedIteration {
  iteration: number;
  objective: number;
  /** The difference between the objective and its lower bound by the multipliers, relative to them. */
  gap: number;
  /** The largest quotients of `Certificate`, and where: feasibility of rows, stationarity of columns. */
  infeasibility: number;
  row: number;
  stationarity: number;
  column: number;
  step: number;
  tau: number;
}

/** What a solve returned. */
export interface QPOutcome {
  status: number;
  iterations: number;
  residual: number;
  arrays: Record<(typeof QP_OUTPUTS)[number], Float64Array>;
}

/** The point of the iteration with the smallest errors, as quotients of rows and columns. */
export interface BestPoint {
  rows: Float64Array;
  columns: Float64Array;
}

const GUESS = ['gx', 'gIneq', 'gEq', 'gSlack'] as const;

function jobOf(
  {n, m, k, sides, values}: OneQP,
  limits: {tolerance: number; maxIterations: number},
): BatchJob<QPArrays> & {outputs: QPOutcome['arrays']} {
  const inequalities = m + boundRows(sides, n);
  const sizes: Record<string, number> = {
    ...{x: n, ineqDual: inequalities, eqDual: k, slack: inequalities, activity: inequalities},
    ...{status: 1, iterations: 1, residual: 1},
    ...{certificateX: n, certificateIneq: inequalities, certificateEq: k},
  };
  const outputs = Object.fromEntries(
    QP_OUTPUTS.map((name) => [name, new Float64Array(sizes[name])]),
  ) as QPOutcome['arrays'];
  const guess = Object.fromEntries(GUESS.map((name) => [name, new Float64Array(0)]));
  return {
    outputs,
    arrays: {...values, ...guess, ...outputs} as BatchJob<QPArrays>['arrays'],
    parameters: {n, m: inequalities, k, sides, ...limits, guess: 0},
  };
}

/** What `solveQP` finds on the host. */
export function solveOne(problem: OneQP, limits: {tolerance: number; maxIterations: number}): QPOutcome {
  const job = jobOf(problem, limits);
  const dense = denseKernels();
  return dense.scope(() => {
    for (const values of Object.values(job.outputs)) values.fill(0);
    qpBatch.start(dense, job)(0);
    const {status, iterations, residual} = job.outputs;
    return {status: status[0], iterations: iterations[0], residual: residual[0], arrays: job.outputs};
  });
}

/** The iterations of the interior point, and its best point; none of data that are invalid or have an impossible row of zeros. */
export function watchOne(
  problem: OneQP,
  limits: {tolerance: number; maxIterations: number},
): {history: WatchedIteration[]; best: BestPoint | null} {
  const job = jobOf(problem, limits);
  const [dense, {n, k: p}] = [denseKernels(), problem];
  const m = job.parameters.m;
  // The scope may run again with more memory.
  return dense.scope(() => {
    const history: WatchedIteration[] = [];
    let best: (BestPoint & {error: number}) | null = null;
    const certificate = new Certificate(dense, {n, p, m});
    const point = emptyPoint(dense, {n, p, m});
    const curvature = dense.vector(n);
    const watch: Watch = ({iteration, step, tau, point: at}, scaling, data) => {
      copyPoint(at, point, 1 / tau);
      unscale(point, scaling);
      const {x, y} = point;
      for (let i = p; i < y.length; i++) y[i] = Math.max(0, y[i]);
      certificate.measure(data, x, y, Infinity);
      const {columns, rows, excess, rowTerms} = certificate;
      data.P.multiply(x, curvature);
      const violation = (i: number) => (i < p ? Math.abs(excess[i]) : Math.max(0, excess[i])) / rowTerms[i];
      const row = largestAt(p + m, violation);
      const column = largestAt(n, (j) => columns[j]);
      const [square, linear, bound] = [dot(x, curvature), dot(data.q, x), dot(data.d, y)];
      const objective = square / 2 + linear;
      // Of the lower bound −½xᵀPx − dᵀy.
      const gap =
        Math.abs(square + linear + bound) /
        Math.max(1e-300, Math.abs(objective), Math.abs(square / 2 + bound));
      const entry = {infeasibility: row.value, row: row.at, stationarity: column.value, column: column.at};
      history.push({iteration, objective, gap, step, tau, ...entry});
      const error = Math.max(row.value, column.value);
      if (!best || error < best.error) {
        best = {error, rows: Float64Array.from(rows), columns: Float64Array.from(columns)};
      }
    };
    fullSolver(dense, job, watch)(0);
    return {history, best: best as BestPoint | null};
  });
}

function largestAt(count: number, valueOf: (i: number) => number): {at: number; value: number} {
  let found = {at: -1, value: 0};
  for (let i = 0; i < count; i++) {
    const value = valueOf(i);
    if (value > found.value) found = {at: i, value};
  }
  return found;
}

/** Where one is zero, the other may be infinite. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== 0 && b[i] !== 0) sum += a[i] * b[i];
  return sum;
}
