/**
 * @file Solves the transposed KKT system of a small, strictly convex quadratic program on its active set, with few calls and no set-up.
 * Whatever it does not solve is left to `qp/adjoint.ts`, which also knows singular systems.
 */
import type {Vector} from '../../contracts/dense.js';
import {referenceDense} from '../../twins/reference/dense.js';
import {AddedRows} from '../qp/added-rows.js';
import {symmetrize} from '../qp/semidefinite.js';
import {emptyProblem, type Problem} from '../qp/types.js';

/** A row depends on the others, perhaps, if the part of it outside their span is smaller than this. */
const DEPENDENT = 1e-5;
/** A pivot of P below this part of its diagonal entry leaves too few digits. */
const LEAST_PIVOT = 1e-9;
/** The largest residual of a solved system, each row and column against its own terms, and the number of corrections. */
const EXACT = 1e-13;
const REFINEMENTS = 2;

export class SmallAdjoint {
  /** P (exactly symmetric) and C with the equalities first; q and d are not used. */
  readonly problem: Problem<Vector>;
  /** The solution: u of [B, n], and y of the rows that count, equalities first. */
  readonly u: Float64Array;
  readonly y: Float64Array;
  /** The largest error of the solution, each row and column against its own terms. */
  residual = 0;
  private readonly rows: AddedRows;
  private readonly f: Float64Array;
  private readonly g: Float64Array;
  private readonly stepU: Float64Array;
  private readonly stepY: Float64Array;
  private isUsable = false;

  /** For n variables, p equalities and m inequalities. */
  constructor(n: number, p: number, m: number) {
    this.problem = emptyProblem(referenceDense, {n, p, m});
    this.rows = new AddedRows(n, DEPENDENT);
    this.u = new Float64Array(n);
    this.y = new Float64Array(p + m);
    this.f = new Float64Array(n);
    this.g = new Float64Array(p + m);
    this.stepU = new Float64Array(n);
    this.stepY = new Float64Array(p + m);
  }

  /** Call this when P or C has changed. */
  readMatrices(): void {
    const {problem, rows} = this;
    const {n, P} = problem;
    this.isUsable =
      symmetrize(referenceDense, P, n) && rows.start(P, 0, 0) && rows.leastPivot(P) > LEAST_PIVOT;
    if (this.isUsable) rows.remember();
  }

  /**
   * Writes u and y with P u + Cᵀy = right and (C u)ᵢ = rightYᵢ, over the rows that count.
   *
   * @param weight Whether each inequality counts: 1 or 0. Equalities always do.
   * @returns Whether it is solved.
   */
  solve(weight: (i: number) => number, right: Float64Array, rightY: Float64Array): boolean {
    const {problem, rows, u, y, f} = this;
    const {n, p, C} = problem;
    if (!this.isUsable) return false;
    rows.restart();
    y.fill(0);
    for (let i = 0; i < y.length; i++) {
      const counts = i < p ? 1 : weight(i - p);
      if (counts === 0) continue;
      if (counts !== 1 || rows.count === n || !(rows.direction(C, i * n).relative > 0)) return false;
      rows.add(i);
    }
    for (let j = 0; j < n; j++) f[j] = -right[j];
    rows.solution(f, rightY, u, y);
    for (let round = 0; ; round++) {
      this.residual = this.remainder(right, rightY);
      if (this.residual <= EXACT) return true;
      if (round === REFINEMENTS) return false;
      this.correct();
    }
  }

  /** Writes what is left of the system to f (negative) and g. @returns The largest part relative to the terms. */
  private remainder(right: Float64Array, rightY: Float64Array): number {
    const {problem, rows, u, y, f, g, stepU: terms} = this;
    const {n, P, C} = problem;
    let largest = 0;
    for (let j = 0, at = 0; j < n; j++) {
      let sum = -right[j];
      let size = Math.abs(sum);
      for (let k = 0; k < n; k++, at++) {
        const term = P[at] * u[k];
        sum += term;
        size += Math.abs(term);
      }
      f[j] = sum;
      terms[j] = size;
    }
    for (let k = 0; k < rows.count; k++) {
      const i = rows.members[k];
      let sum = rightY[i];
      let size = Math.abs(sum);
      for (let j = 0, at = i * n; j < n; j++, at++) {
        const term = C[at] * u[j];
        sum -= term;
        size += Math.abs(term);
        const pull = C[at] * y[i];
        f[j] += pull;
        terms[j] += Math.abs(pull);
      }
      g[i] = sum;
      if (!(Math.abs(sum) <= largest * size)) largest = Math.abs(sum) / size;
    }
    for (let j = 0; j < n; j++)
      if (!(Math.abs(f[j]) <= largest * terms[j])) largest = Math.abs(f[j]) / terms[j];
    return largest;
  }

  private correct(): void {
    const {rows, u, y, f, g, stepU, stepY} = this;
    rows.solution(f, g, stepU, stepY);
    for (let j = 0; j < u.length; j++) u[j] += stepU[j];
    for (let k = 0; k < rows.count; k++) y[rows.members[k]] += stepY[rows.members[k]];
  }
}
