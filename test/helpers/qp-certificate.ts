/** @file Solves a case by the f64 kernel, and checks what comes back without the solver's help. */
import {denseKernels} from '../../src/kernels/twins/current-dense.js';
import {denseSolver} from '../../src/kernels/algorithms/qp/dense-solver.js';
import {dot, times, transposedTimes, type QPCase} from '../zoo/qp/case.js';

/** Statuses by the kernel's names, as in `QPResult.status`. */
const OUTCOMES = ['solved', 'primalInfeasible', 'dualInfeasible', 'iterationLimit', 'numericalError'];

export interface Point {
  x: number[];
  ineqDual: number[];
  eqDual: number[];
}

export interface Solved extends Point {
  status: number;
  iterations: number;
}

/** The kernel itself, f64 in, f64 out; by default with the dense kernels that this machine uses. */
export function solveInF64(problem: QPCase, dense = denseKernels()): Solved {
  const {n, m, k, Q, p, G, h, A, b} = problem;
  const {x, y, outcome, iterations} = dense.scope(() => {
    const kernel = denseSolver(dense, {n, p: k, m});
    kernel.problem.P.values.set(Q.flat());
    kernel.problem.q.set(p);
    kernel.problem.C.values.set([...A, ...G].flat());
    kernel.problem.d.set([...b, ...h]);
    return kernel.solve(1e-9, 100);
  });
  return {
    status: OUTCOMES.indexOf(outcome),
    iterations,
    x: Array.from(x),
    eqDual: Array.from(y.subarray(0, k)),
    ineqDual: Array.from(y.subarray(k)),
  };
}

/** The point in the variables of the well-scaled problem, which is where errors are measured. */
export function balanced(problem: QPCase, point: Point): {problem: QPCase; point: Point} {
  if (!problem.scaledFrom) return {problem, point};
  const {problem: original, columns, rowsG, rowsA, weight} = problem.scaledFrom;
  return balanced(original, {
    x: point.x.map((value, j) => value * columns[j]),
    ineqDual: point.ineqDual.map((value, i) => (value * rowsG[i]) / weight),
    eqDual: point.eqDual.map((value, i) => (value * rowsA[i]) / weight),
  });
}

/** Errors of a point that should be a solution, relative to the terms that must cancel, or to one if these are smaller. */
export function optimalityErrors(scaled: QPCase, scaledPoint: Point): Record<string, number> {
  const {problem, point} = balanced(scaled, scaledPoint);
  const {n, Q, p, G, h, A, b} = problem;
  const {x, ineqDual, eqDual} = point;
  const Qx = times(Q, x);
  const [Gl, An] = [transposedTimes(G, ineqDual, n), transposedTimes(A, eqDual, n)];
  const [Gx, Ax] = [times(G, x), times(A, x)];
  const dualScale = Math.max(1, norm(Qx, p, Gl, An));
  const primalScale = Math.max(1, norm(Gx, h, Ax, b));
  const multiplierScale = Math.max(norm(ineqDual, eqDual), dualScale);
  const terms = [dot(x, Qx), dot(p, x), -dot(h, ineqDual), -dot(b, eqDual)];
  return {
    stationarity: norm(Qx.map((value, j) => value + p[j] + Gl[j] + An[j])) / dualScale,
    equality: norm(Ax.map((value, i) => value - b[i])) / primalScale,
    inequality: Math.max(0, ...Gx.map((value, i) => value - h[i])) / primalScale,
    sign: Math.max(0, ...ineqDual.map((value) => -value)) / multiplierScale,
    complementarity: Math.max(
      0,
      ...ineqDual.map((value, i) =>
        Math.min(Math.abs(value) / multiplierScale, Math.abs(h[i] - Gx[i]) / primalScale),
      ),
    ),
    // Primal ½xᵀQx + pᵀx, dual −½xᵀQx − hᵀλ − bᵀν.
    gap: Math.abs(terms[0] + terms[1] - terms[2] - terms[3]) / Math.max(norm(terms), 1),
  };
}

/** Relative errors of a Farkas ray: λ ≥ 0, Gᵀλ + Aᵀν = 0, hᵀλ + bᵀν = −1. */
export function farkasErrors(scaled: QPCase, scaledPoint: Point): Record<string, number> {
  const {problem, point} = balanced(scaled, scaledPoint);
  const {n, G, h, A, b} = problem;
  const value = dot(h, point.ineqDual) + dot(b, point.eqDual);
  const lambda = point.ineqDual.map((entry) => entry / Math.abs(value));
  const nu = point.eqDual.map((entry) => entry / Math.abs(value));
  const [Gl, An] = [transposedTimes(G, lambda, n), transposedTimes(A, nu, n)];
  return {
    value:
      value < 0 ? Math.abs(1 + dot(scaled.h, scaledPoint.ineqDual) + dot(scaled.b, scaledPoint.eqDual)) : 1,
    sign: Math.max(0, ...lambda.map((entry) => -entry)) / norm(lambda, nu),
    combination: norm(Gl.map((entry, j) => entry + An[j])) / Math.max(norm(Gl, An), 1),
  };
}

/** Relative errors of an unbounded direction: Qd = 0, Gd ≤ 0, Ad = 0, pᵀd = −1. */
export function rayErrors(scaled: QPCase, scaledPoint: Point): Record<string, number> {
  const {problem, point} = balanced(scaled, scaledPoint);
  const {Q, p, G, A} = problem;
  const value = dot(p, point.x);
  const d = point.x.map((entry) => entry / Math.abs(value));
  const size = norm(d);
  return {
    value: value < 0 ? Math.abs(1 + dot(scaled.p, scaledPoint.x)) : 1,
    curvature: norm(times(Q, d)) / (size * Math.max(1, norm(...Q))),
    equality: norm(times(A, d)) / (size * Math.max(1, norm(...A))),
    inequality: Math.max(0, ...times(G, d)) / (size * Math.max(1, norm(...G))),
  };
}

/** What is wrong with a result: an empty list if it has the expected status, proven to `bound`. */
export function complaints(problem: QPCase, solved: Solved, bound = 1e-6): string[] {
  if (solved.status !== problem.expectedStatus) {
    return [
      `status ${solved.status} instead of ${problem.expectedStatus} after ${solved.iterations} iterations`,
    ];
  }
  const errors = [optimalityErrors, farkasErrors, rayErrors][solved.status](problem, solved);
  return Object.entries(errors)
    .filter(([, error]) => !(error <= bound))
    .map(([what, error]) => `${what} ${error.toExponential(2)} > ${bound}`);
}

/** The largest magnitude; NaN if there is one. */
function norm(...vectors: number[][]): number {
  let largest = 0;
  for (const v of vectors) for (const value of v) largest = Math.max(largest, Math.abs(value));
  return largest;
}
