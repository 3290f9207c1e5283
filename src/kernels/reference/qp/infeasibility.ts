/**
 * @file Proves that a quadratic program has no solution: by two linear programs, whose embeddings converge fast where that
 * of the quadratic program itself creeps (its x goes to zero only like √τ).
 */
import {InteriorPoint} from './interior-point.js';
import {KktSystem} from './kkt.js';
import {emptyPoint, type Point, type Problem} from './types.js';

const TOLERANCE = 1e-9;
const MAX_ITERATIONS = 100;

/** A Farkas ray: Cᵀy = 0, y ≥ 0 on the inequalities, dᵀy = −1. Or `null`, if the constraints can be satisfied. */
export function primalCertificate(problem: Problem): Point | null {
  const {n, p, m, C, d} = problem;
  const feasibility = {n, p, m, P: new Float64Array(n * n), q: new Float64Array(n), C, d};
  const solver = solverOf(feasibility);
  return solver.solve(TOLERANCE, MAX_ITERATIONS).outcome === 'primalInfeasible' ? solver.point : null;
}

/** A direction of unbounded descent: P x = 0, C x ≤ 0 (equalities: = 0), qᵀx = −1. Or `null`, if there is none. */
export function dualCertificate(problem: Problem): Point | null {
  const {n, p, m, P, q, C} = problem;
  const equalities = n + 1 + p;
  const rows = new Float64Array((equalities + m) * n);
  rows.set(P);
  rows.set(q, n * n);
  rows.set(C, (n + 1) * n);
  const d = new Float64Array(equalities + m);
  d[n] = -1;
  const ray = {n, p: equalities, m, P: new Float64Array(n * n), q: new Float64Array(n), C: rows, d};
  const solver = solverOf(ray);
  if (solver.solve(TOLERANCE, MAX_ITERATIONS).outcome !== 'solved') return null;
  const point = emptyPoint(problem);
  point.x.set(solver.point.x);
  point.s.set(solver.point.s.subarray(equalities), p);
  return point;
}

function solverOf(problem: Problem): InteriorPoint {
  const kkt = new KktSystem(problem.n, problem.p + problem.m, problem.P, problem.C);
  kkt.readMatrices();
  return new InteriorPoint(problem, kkt);
}
