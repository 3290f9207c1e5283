/**
 * @file Solves the transposed KKT system of a small, strictly convex quadratic program on its active set, with few calls and no set-up.
 * Whatever it does not solve is left to `qp/adjoint.ts`, which also knows singular systems.
 *
 *     P u + Cᵀy = f,  C u = g  over the rows that count:   P = LLᵀ,  W = L⁻¹Cᵀ,  WᵀW = MMᵀ
 */
import {referenceDense} from '../../twins/reference/dense.js';
import {symmetrize} from '../qp/semidefinite.js';
import {emptyProblem, type Problem} from '../qp/types.js';
import {dotOf, factorLower, gramOf, solveLower, solveLowerRows, solveUpper} from './lower-factor.js';

/** A row depends on others, perhaps, if the square of the part of it outside their span is smaller than this. */
export const DEPENDENT = 1e-9;
/** A pivot of P below this part of its diagonal entry leaves too few digits. */
const LEAST_PIVOT = 1e-9;
/** The largest residual of a solved system, each row and column against its own terms, and the number of corrections. */
const EXACT = 1e-13;
const REFINEMENTS = 3;

/** Wᵀ, a row for each constraint, and S = WᵀW. */
export interface DualMatrices {
  readonly W: Float64Array;
  readonly S: Float64Array;
}

export class SmallAdjoint {
  /** P (exactly symmetric) and C with the equalities first; q and d are not used. */
  readonly problem: Problem;
  /** The solution: u of [B, n], and y of all rows, equalities first; zero for rows that do not count. */
  readonly u: Float64Array;
  readonly y: Float64Array;
  /** The largest error of the solution, each row and column against its own terms. */
  residual = 0;
  /** The rows that count. */
  private readonly members: Int32Array;
  private count = 0;
  /** The factor of P. */
  readonly L: Float64Array;
  /** Wᵀ, a row for each member. */
  private readonly W: Float64Array;
  private readonly M: Float64Array;
  private readonly f: Float64Array;
  private readonly g: Float64Array;
  private readonly terms: Float64Array;
  private readonly part: Float64Array;
  private readonly multipliers: Float64Array;
  /** Whether P is clearly positive definite; set by `readMatrices`. */
  isUsable = false;

  /** For n variables, p equalities and m inequalities; `sides`: see `Sizes`. */
  constructor(n: number, p: number, m: number, sides?: number) {
    this.problem = emptyProblem(referenceDense, {n, p, m, sides});
    this.members = new Int32Array(n);
    this.L = new Float64Array(n * n);
    this.W = new Float64Array(n * n);
    this.M = new Float64Array(n * n);
    this.u = new Float64Array(n);
    this.y = new Float64Array(p + m);
    this.f = new Float64Array(n);
    this.g = new Float64Array(p + m);
    this.terms = new Float64Array(n);
    this.part = new Float64Array(n);
    this.multipliers = new Float64Array(n);
  }

  /** Call this when P or C has changed. @returns Whether P is symmetric and finite. */
  readMatrices(): boolean {
    const {
      n,
      P: {values: P},
    } = this.problem;
    this.isUsable = false;
    if (!symmetrize(referenceDense, P, n)) return false;
    for (let i = 0, at = 0; i < n; i++, at += n) for (let j = 0; j <= i; j++) this.L[at + j] = P[at + j];
    this.isUsable = factorLower(this.L, n, n, LEAST_PIVOT);
    return true;
  }

  /**
   * Writes u and y with P u + Cᵀy = right and (C u)ᵢ = rightYᵢ, over the rows that count.
   *
   * @param weight From `start`, whether each inequality counts: 1 or 0. Equalities always do.
   * @param known Wᵀ and WᵀW of all rows, if they are known.
   * @returns Whether it is solved.
   */
  solve(
    weight: ArrayLike<number>,
    start: number,
    right: Float64Array,
    rightY: Float64Array,
    known?: DualMatrices,
  ): boolean {
    const {u, y, f, g} = this;
    if (!this.isUsable || !this.factorRows(weight, start, known)) return false;
    u.fill(0);
    y.fill(0);
    f.set(right);
    g.set(rightY);
    // Rounding of zero has no correct digits, so it would never pass.
    const isZero = this.isAtOrigin(rightY);
    let before = Infinity;
    for (let round = 0; round <= REFINEMENTS; round++) {
      this.correct();
      if (isZero) u.fill(0);
      this.residual = this.remainder(right, rightY);
      if (this.residual <= EXACT) return true;
      if (!(this.residual < before)) return false;
      before = this.residual;
    }
    return false;
  }

  /** Whether C u = 0 has as many rows as u has entries, independent ones: u is zero. */
  private isAtOrigin(rightY: Float64Array): boolean {
    const {members, count} = this;
    if (count < this.problem.n) return false;
    for (let k = 0; k < count; k++) if (rightY[members[k]] !== 0) return false;
    return true;
  }

  private factorRows(weight: ArrayLike<number>, start: number, known?: DualMatrices): boolean {
    const {problem, members, L, W, M} = this;
    const {
      n,
      p,
      m,
      C: {values: C},
    } = problem;
    const rows = p + m;
    let count = 0;
    for (let i = 0; i < rows; i++) {
      const counts = i < p ? 1 : weight[start + i - p];
      if (counts === 0) continue;
      if (counts !== 1 || count === n) return false;
      members[count++] = i;
    }
    this.count = count;
    for (let k = 0; k < count; k++) {
      const own = k * n;
      const from = known ? known.W : C;
      for (let j = 0, at = members[k] * n; j < n; j++, at++) W[own + j] = from[at];
      if (known) for (let l = 0, row = members[k] * rows; l <= k; l++) M[own + l] = known.S[row + members[l]];
    }
    if (!known) {
      solveLowerRows(L, n, W, count);
      gramOf(W, n, count, M, n);
    }
    return factorLower(M, count, n, DEPENDENT);
  }

  /** u and y += the solution for f and g. */
  private correct(): void {
    const {problem, members, count, L, W, M, u, y, f, g, part, multipliers} = this;
    const {n} = problem;
    part.set(f);
    solveLower(L, n, n, part, 0);
    // WᵀW y = Wᵀ L⁻¹f − g.
    for (let k = 0; k < count; k++) {
      multipliers[k] = dotOf(W, k * n, part, 0, n) - g[members[k]];
    }
    solveLower(M, count, n, multipliers, 0);
    solveUpper(M, count, n, multipliers);
    for (let k = 0; k < count; k++) {
      const value = multipliers[k];
      y[members[k]] += value;
      for (let j = 0, at = k * n; j < n; j++, at++) part[j] -= W[at] * value;
    }
    solveUpper(L, n, n, part);
    for (let j = 0; j < n; j++) u[j] += part[j];
  }

  /** Writes what is left of the system to f and g. @returns The largest part relative to the terms. */
  private remainder(right: Float64Array, rightY: Float64Array): number {
    const {problem, members, count, u, y, f, g, terms} = this;
    const {
      n,
      P: {values: P},
      C: {values: C},
    } = problem;
    let largest = 0;
    for (let j = 0, at = 0; j < n; j++) {
      let sum = right[j];
      let size = Math.abs(sum);
      for (let k = 0; k < n; k++, at++) {
        const term = P[at] * u[k];
        sum -= term;
        size += Math.abs(term);
      }
      f[j] = sum;
      terms[j] = size;
    }
    for (let k = 0; k < count; k++) {
      const i = members[k];
      const multiplier = y[i];
      let sum = rightY[i];
      let size = Math.abs(sum);
      for (let j = 0, at = i * n; j < n; j++, at++) {
        const term = C[at] * u[j];
        sum -= term;
        size += Math.abs(term);
        const pull = C[at] * multiplier;
        f[j] -= pull;
        terms[j] += Math.abs(pull);
      }
      g[i] = sum;
      // NaN is kept.
      if (!(Math.abs(sum) <= largest * size)) largest = Math.abs(sum) / size;
    }
    for (let j = 0; j < n; j++) {
      if (!(Math.abs(f[j]) <= largest * terms[j])) largest = Math.abs(f[j]) / terms[j];
    }
    return largest;
  }
}
