/**
 * @file Proves that a quadratic program has no solution: by two linear programs, whose embeddings converge fast where that
 * of the quadratic program itself creeps (its x goes to zero only like √τ).
 */
import {equilibrateMatrices, scaleProblem, unscale} from './equilibrate.js';
import {InteriorPoint, type Outcome} from './interior-point.js';
import {KktSystem} from './kkt.js';
import {emptyPoint, type Point, type Problem} from './types.js';

const TOLERANCE = 1e-9;
const MAX_ITERATIONS = 100;

/** The Farkas ray of a row of zeros that cannot hold (0 = 1, or 0 ≤ −1). Or `null`. */
export function emptyRowCertificate(problem: Problem): Point | null {
  const {n, p, C, d} = problem;
  for (let i = 0; i < d.length; i++) {
    if (i < p ? d[i] === 0 : d[i] >= 0) continue;
    if (C.subarray(i * n, i * n + n).some((value) => value !== 0)) continue;
    const ray = emptyPoint(problem);
    ray.y[i] = -1 / d[i];
    return ray;
  }
  return null;
}

/** A Farkas ray: Cᵀy = 0, y ≥ 0 on the inequalities, dᵀy = −1. Or `null`, if none is found. */
export function primalCertificate({n, p, m, C, d}: Problem): Point | null {
  const linear = {n, p, m, P: new Float64Array(n * n), q: new Float64Array(n), C, d};
  const {outcome, point} = solveLinear(linear);
  return outcome === 'primalInfeasible' ? point : null;
}

/** A direction of unbounded descent: P x = 0, C x ≤ 0 (equalities: = 0), qᵀx = −1. Or `null`, if none is found. */
export function dualCertificate(problem: Problem): Point | null {
  const {n, p, m, P, q, C} = problem;
  const equalities = n + 1 + p;
  const rows = new Float64Array((equalities + m) * n);
  rows.set(P);
  rows.set(q, n * n);
  rows.set(C, (n + 1) * n);
  const d = new Float64Array(equalities + m);
  d[n] = -1;
  const linear = {n, p: equalities, m, P: new Float64Array(n * n), q: new Float64Array(n), C: rows, d};
  const {outcome, point} = solveLinear(linear);
  if (outcome !== 'solved') return null;
  const ray = emptyPoint(problem);
  ray.x.set(point.x);
  ray.s.set(point.s.subarray(equalities), p);
  return ray;
}

function solveLinear(problem: Problem): {outcome: Outcome; point: Point} {
  const {n, p, m, P, q, C, d} = problem;
  const scaled = {n, p, m, P: P.slice(), q: q.slice(), C: C.slice(), d: d.slice()};
  const scaling = scaleProblem(problem, equilibrateMatrices(problem), scaled);
  const kkt = new KktSystem(n, p + m, scaled.P, scaled.C);
  kkt.readMatrices();
  const solver = new InteriorPoint(scaled, kkt);
  const {outcome} = solver.solve(TOLERANCE, MAX_ITERATIONS);
  unscale(solver.point, scaling);
  return {outcome, point: solver.point};
}
