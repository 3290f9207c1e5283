/**
 * @file Proves that a quadratic program has no solution with two linear programs. Their embeddings converge fast in cases where the
 * embedding of the quadratic program is very slow (its x goes to zero only like √τ).
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import {equilibrateMatrices} from './equilibrate.js';
import {scaleProblem} from './scale-problem.js';
import {unscale} from './scaling.js';
import {InteriorPoint, type Outcome} from './interior-point.js';
import {denseKkt, type KktSystem} from './kkt.js';
import {emptyPoint, emptyProblem, type Point, type Problem} from './types.js';

const TOLERANCE = 1e-9;
const MAX_ITERATIONS = 100;

/** A Farkas ray: Cᵀy = 0, y ≥ 0 on the inequalities, dᵀy = −1. Returns `null` if none is found. */
export function primalCertificate(dense: DenseKernels, problem: Problem): Point<Vector> | null {
  const linear = emptyProblem(dense, problem);
  linear.C.values.set(problem.C.values);
  linear.d.set(problem.d);
  const {outcome, point} = solveDense(dense, linear);
  return outcome === 'primalInfeasible' ? point : null;
}

/** A direction of unbounded descent: P x = 0, C x ≤ 0 (equalities: = 0), qᵀx = −1. Returns `null` if none is found. */
export function dualCertificate(dense: DenseKernels, problem: Problem): Point<Vector> | null {
  const {
    n,
    p,
    m,
    P: {values: P},
    q,
    C: {values: C},
  } = problem;
  const equalities = n + 1 + p;
  const linear = emptyProblem(dense, {n, p: equalities, m, sides: problem.sides});
  linear.C.values.set(P);
  linear.C.values.set(q, n * n);
  linear.C.values.set(C, (n + 1) * n);
  linear.d[n] = -1;
  const {outcome, point} = solveDense(dense, linear);
  if (outcome !== 'solved') return null;
  const ray = emptyPoint(dense, problem);
  ray.x.set(point.x);
  ray.s.set(point.s.subarray(equalities), p);
  return ray;
}

/** Solves a linear program with the interior point; the other problem is room for the scaled one, whose system is given. */
export function solveLinear<Matrix extends ProblemMatrix>(
  dense: DenseKernels,
  problem: Problem<Matrix>,
  scaled: Problem<Matrix>,
  kkt: KktSystem,
): {outcome: Outcome; point: Point<Vector>} {
  const scaling = scaleProblem(dense, problem, equilibrateMatrices(dense, problem), scaled);
  kkt.readMatrices();
  const solver = new InteriorPoint(dense, scaled, kkt);
  const {outcome} = solver.solve(TOLERANCE, MAX_ITERATIONS);
  unscale(solver.point, scaling);
  return {outcome, point: solver.point};
}

function solveDense(dense: DenseKernels, problem: Problem): ReturnType<typeof solveLinear> {
  const scaled = emptyProblem(dense, problem);
  return solveLinear(dense, problem, scaled, denseKkt(dense, scaled.P, scaled.C));
}
