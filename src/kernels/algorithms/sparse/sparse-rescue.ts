/** @file What the solver of sparse quadratic programs does where the interior point is not enough: it looks for proofs. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {solveLinear} from '../qp/infeasibility.js';
import {KktSystem} from '../qp/kkt.js';
import type {Rescue} from '../qp/rescue.js';
import {emptyPoint, type Point, type Problem} from '../qp/types.js';
import {maxAbs} from '../qp/vectors.js';
import {compressRows, type CompressedRows} from './compressed-rows.js';
import {planKkt, SparseKkt} from './sparse-kkt.js';
import {SparseMatrix} from './sparse-matrix.js';

/** A right-hand side below this part of the largest is tiny. */
const TINY = 1e-9;

/** Without methods that add rows one by one: their factors would be dense. */
export function sparseRescue(dense: DenseKernels, scaled: Problem<SparseMatrix>): Rescue {
  return {
    onIndependentRows: () => false,
    activeSet: () => null,
    farkasRay: () => farkasRay(dense, scaled),
    descentRay: () => descentRay(dense, scaled),
  };
}

/** A Farkas ray: Cᵀy = 0, y ≥ 0 on the inequalities, dᵀy = −1. */
function farkasRay(dense: DenseKernels, problem: Problem<SparseMatrix>): Point<Vector> | null {
  return contradictionOf(dense, problem, () => true) ?? amongTiny(dense, problem);
}

/** That of the rows with tiny right-hand sides alone: beside the others, nothing is seen of a contradiction between them. */
function amongTiny(dense: DenseKernels, problem: Problem<SparseMatrix>): Point<Vector> | null {
  const {d} = problem;
  const tiny = TINY * maxAbs(d);
  if (!d.some((value) => value !== 0 && Math.abs(value) <= tiny)) return null;
  return contradictionOf(dense, problem, (i) => Math.abs(d[i]) <= tiny);
}

/** The ray that has only such rows. */
function contradictionOf(
  dense: DenseKernels,
  {n, p, m, C, d}: Problem<SparseMatrix>,
  isTaken: (row: number) => boolean,
): Point<Vector> | null {
  const linear = linearProgram(dense, {n, p, m}, C.pattern);
  const {starts} = C.pattern;
  for (let i = 0; i < p + m; i++) {
    if (!isTaken(i)) continue;
    for (let e = starts[i]; e < starts[i + 1]; e++) linear.C.values[e] = C.values[e];
    linear.d[i] = d[i];
  }
  const {outcome, point} = solve(dense, linear);
  if (outcome !== 'primalInfeasible') return null;
  for (let i = 0; i < p + m; i++) if (!isTaken(i)) point.y[i] = 0;
  return point;
}

/** A direction of unbounded descent: P x = 0, C x ≤ 0 (equalities: = 0), qᵀx = −1. */
function descentRay(dense: DenseKernels, problem: Problem<SparseMatrix>): Point<Vector> | null {
  const {n, p, m, P, q, C} = problem;
  const equalities = n + 1 + p;
  const [rows, columns, values]: [number[], number[], number[]] = [[], [], []];
  const add = (i: number, j: number, value: number) => {
    if (value === 0) return;
    rows.push(i);
    columns.push(j);
    values.push(value);
  };
  for (let i = 0; i < n; i++) P.forEachInRow(i, (j, value) => add(i, j, value));
  for (let j = 0; j < n; j++) add(n, j, q[j]);
  for (let i = 0; i < p + m; i++) C.forEachInRow(i, (j, value) => add(n + 1 + i, j, value));
  const {pattern, places} = compressRows(equalities + m, n, rows, columns);
  const linear = linearProgram(dense, {n, p: equalities, m}, pattern);
  linear.C.read(values, places);
  linear.d[n] = -1;
  const {outcome, point} = solve(dense, linear);
  if (outcome !== 'solved') return null;
  const ray = emptyPoint(dense, problem);
  ray.x.set(point.x);
  ray.s.set(point.s.subarray(equalities), p);
  return ray;
}

function linearProgram(
  dense: DenseKernels,
  {n, p, m}: Pick<Problem, 'n' | 'p' | 'm'>,
  pattern: CompressedRows,
): Problem<SparseMatrix> {
  const none = compressRows(n, n, [], []).pattern;
  return {
    n,
    p,
    m,
    P: new SparseMatrix(none),
    q: dense.vector(n),
    C: new SparseMatrix(pattern),
    d: dense.vector(p + m),
    lift: 0,
  };
}

function solve(dense: DenseKernels, problem: Problem<SparseMatrix>): ReturnType<typeof solveLinear> {
  const {n, p, m, P, C} = problem;
  const scaled = linearProgram(dense, problem, C.pattern);
  const reduced = new SparseKkt(dense, scaled.P, scaled.C, planKkt(P.pattern, C.pattern));
  return solveLinear(dense, problem, scaled, new KktSystem(dense, n, p + m, scaled.P, reduced));
}
