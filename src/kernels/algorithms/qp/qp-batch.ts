/** @file Solves a batch of quadratic programs, each of which stops when it has converged. */
import type {QP_OUTPUTS} from '../../contracts/qp-limits.js';
import {sampleOf, type BatchJob, type BatchKernel} from '../../contracts/batch-kernel.js';
import {boundRows} from '../../contracts/bounds.js';
import type {DenseKernels} from '../../contracts/dense.js';
import {
  isSmall,
  perShape,
  readMatrices,
  readRightSides,
  readVectors,
  sharesMatrices,
} from '../small-qp/small-batch.js';
import {SmallSolver} from '../small-qp/small-solver.js';
import {MatrixReader} from './matrices.js';
import {asksForInfinity} from './presolve.js';
import type {QPResult} from './acceptance.js';
import {finiteSlack, INVALID, saturated, STATUS, UNKNOWN} from './returned.js';
import {denseSolver} from './dense-solver.js';
import type {Watch} from './qp-system.js';
import type {Point} from './types.js';

/** The data in f32, and a guess (gx …) if the parameter `guess` is 1. */
type QPInputs = 'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'lower' | 'upper' | 'gx' | 'gIneq' | 'gEq' | 'gSlack';
type QPOutputs = (typeof QP_OUTPUTS)[number];

/** The arrays of a batch. */
export type QPArrays = QPInputs | QPOutputs;

export const qpBatch: BatchKernel<QPArrays> = {
  name: 'ImplicitQP',
  start(dense, job) {
    const {n, m, k, sides, tolerance, maxIterations, guess} = job.parameters;
    const small = guess || !isSmall(n, k + m, sides) ? null : smallSolverOf(n, k, m, sides);
    // Made only if it is needed: for one small problem it takes longer than the solution.
    let full: ((sample: number) => void) | null = null;
    const isShared = sharesMatrices(job);
    let isRead = false;
    return (sample) => {
      if (small) {
        if (!(isRead && isShared)) {
          readMatrices(job, sample, small.problem);
          small.readMatrices();
          isRead = true;
        }
        readVectors(job, sample, small.problem);
        const result = small.solve(tolerance, maxIterations);
        if (result) return store(job, sample, result);
      }
      full ??= fullSolver(dense, job);
      full(sample);
    };
  },
};

const smallSolverOf = perShape((n, p, m, sides) => new SmallSolver(n, p, m, sides));

/** Solves a sample of a batch with all that the solver can do; for `watch` see `denseSolver`. */
export function fullSolver(
  dense: DenseKernels,
  job: BatchJob<QPArrays>,
  watch?: Watch,
): (sample: number) => void {
  const {arrays, parameters} = job;
  const {n, m, k, sides, tolerance, maxIterations} = parameters;
  const solver = denseSolver(dense, {n, p: k, m, sides}, undefined, watch);
  const {problem} = solver;
  const matrices = new MatrixReader(dense, job, problem);
  return (sample) => {
    const valid = matrices.read(sample);
    problem.q.set(sampleOf(arrays.p, sample, n));
    readRightSides(job, sample, problem);
    if (!valid || !dense.isFinite(problem.q) || asksForInfinity(problem)) {
      arrays.status[sample] = INVALID;
      return;
    }
    const guess = parameters.guess ? guessOf(job, sample) : undefined;
    store(job, sample, solver.solve(tolerance, maxIterations, guess, matrices.sharedScaling()));
  };
}

/** The guess for a sample. */
export function guessOf({arrays, parameters: {n, m, k}}: BatchJob<QPInputs>, sample: number): Point {
  const y = new Float64Array(k + m);
  const s = new Float64Array(k + m);
  y.set(sampleOf(arrays.gEq, sample, k), 0);
  y.set(sampleOf(arrays.gIneq, sample, m), k);
  s.set(sampleOf(arrays.gSlack, sample, m), k);
  return {x: Float64Array.from(sampleOf(arrays.gx, sample, n)), y, s};
}

/** Writes the result of a sample. */
export function store(job: BatchJob<QPArrays>, sample: number, result: QPResult): void {
  const {arrays, parameters} = job;
  const {n, m, k} = parameters;
  const {x, y, s} = result;
  const h = sampleOf(arrays.h, sample, m - boundRows(parameters.sides, n), parameters.sharedh);
  arrays.status[sample] = STATUS[result.outcome];
  arrays.iterations[sample] = result.iterations;
  arrays.residual[sample] = Math.min(result.residual, UNKNOWN);
  if (result.outcome === 'solved') {
    arrays.x.set(x, sample * n);
    arrays.eqDual.set(y.subarray(0, k), sample * k);
    for (let i = 0; i < m; i++) {
      arrays.ineqDual[sample * m + i] = Math.max(0, y[k + i]);
      arrays.slack[sample * m + i] = finiteSlack(s[k + i], h[i] ?? Infinity);
      arrays.activity[sample * m + i] = result.activity[k + i];
    }
  } else if (result.outcome === 'primalInfeasible') {
    arrays.certificateEq.set(y.subarray(0, k).map(saturated), sample * k);
    arrays.certificateIneq.set(y.subarray(k).map(saturated), sample * m);
  } else if (result.outcome === 'dualInfeasible') {
    arrays.certificateX.set(x.map(saturated), sample * n);
  }
}
