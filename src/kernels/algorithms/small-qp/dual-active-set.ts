/**
 * @file The dual active-set method of Goldfarb & Idnani (1983) for small, strictly convex quadratic programs, on the matrix of the dual.
 *
 * With P = LLᵀ, W = L⁻¹Cᵀ and S = WᵀW, the slacks for multipliers y are s = e + S y, e = WᵀL⁻¹q + d. The rows F of the set hold with
 * equality, S_FF y_F = −e_F, and S_FF = MMᵀ. To add a row takes as many operations as M has entries, and none that depend on n.
 */
import {oppositeRows} from '../../contracts/bounds.js';
import type {Problem} from '../qp/types.js';
import {dotOf, factorLower, gramOf, solveLower, solveLowerRows, solveUpper} from './lower-factor.js';
import {DEPENDENT, type DualMatrices, type SmallAdjoint} from './small-adjoint.js';

/** A violation smaller than this part of the terms is rounding. */
const ROUNDING = 1e-12;
/** The maximum number of steps per row. */
const STEPS = 5;

export class DualActiveSet implements DualMatrices {
  /** Of the inequalities: 1 if active, else 0. */
  readonly active: Float64Array;
  /** How many rows entered or left the set in the latest call of `solve`, without the equalities. */
  steps = 0;
  readonly W: Float64Array;
  readonly S: Float64Array;
  private readonly problem: Problem;
  /** The set, equalities first, and the multipliers of its rows. */
  private readonly members: Int32Array;
  private readonly y: Float64Array;
  private count = 0;
  /** 1 for the rows of the set. */
  private readonly isIn: Uint8Array;
  private readonly M: Float64Array;
  private readonly a: Float64Array;
  private readonly e: Float64Array;
  /** M⁻¹S_Fi for a row i, and what the multipliers of F lose for each unit of its own. */
  private readonly z: Float64Array;
  private readonly r: Float64Array;
  /** How many rows are the opposite of other ones, the last rows, and the first of them. */
  private readonly opposite: number;
  private readonly first: number;

  /** @param kkt Has the problem and the factor of P. */
  constructor(private readonly kkt: SmallAdjoint) {
    const {problem} = kkt;
    const {n, p, m, sides} = (this.problem = problem);
    const rows = p + m;
    this.opposite = oppositeRows(sides, n);
    this.first = rows - this.opposite;
    this.active = new Float64Array(m);
    this.W = new Float64Array(rows * n);
    this.S = new Float64Array(rows * rows);
    this.members = new Int32Array(n);
    this.isIn = new Uint8Array(rows);
    this.y = new Float64Array(n);
    this.M = new Float64Array(n * n);
    this.a = new Float64Array(n);
    this.e = new Float64Array(rows);
    this.z = new Float64Array(n);
    this.r = new Float64Array(n);
  }

  /** Call this when P or C has changed, and `kkt` has read them. */
  readMatrices(): void {
    const {kkt, problem, W, S} = this;
    const {
      n,
      C: {values: C},
      d,
    } = problem;
    const rows = d.length;
    W.set(C);
    const {first, opposite} = this;
    solveLowerRows(kkt.L, n, W, first);
    gramOf(W, n, first, S, rows);
    for (let i = first * n; i < rows * n; i++) W[i] = -W[i - opposite * n];
    for (let i = 0; i < first; i++) {
      const row = i * rows;
      for (let l = first; l < rows; l++) S[row + l] = -S[row + l - opposite];
    }
    for (let at = first * rows; at < rows * rows; at++) S[at] = -S[at - opposite * rows];
  }

  /**
   * Finds the active set, into `active`.
   *
   * @param absent 1 for rows that do not count.
   * @returns False if there is none, or rounding or dependent rows got in the way.
   */
  solve(absent: Uint8Array): boolean {
    const {problem, active, members} = this;
    const {p, m} = problem;
    this.computeFree();
    active.fill(0);
    this.count = this.steps = 0;
    for (let i = 0; i < p; i++) {
      if (!(this.direction(i) > 0)) return false;
      this.append(i);
    }
    this.computeMultipliers();
    while (this.steps <= STEPS * (p + m)) {
      const worst = this.mostViolated(absent);
      if (worst < 0) {
        for (let k = p; k < this.count; k++) active[members[k] - p] = 1;
        return true;
      }
      if (!this.bringIn(worst)) return false;
    }
    return false;
  }

  /** After `solve`: whether row i is clearly no combination of rows of the set. */
  isIndependent(i: number): boolean {
    return this.direction(i) > 0;
  }

  /** e, and so the slacks for multipliers of zero. */
  private computeFree(): void {
    const {kkt, problem, W, a, e} = this;
    const {n, q, d} = problem;
    a.set(q);
    solveLower(kkt.L, n, n, a, 0);
    for (let i = 0, at = 0; i < d.length; i++, at += n) e[i] = d[i] + dotOf(W, at, a, 0, n);
  }

  /** Writes z for row i. @returns How fast its slack grows with its multiplier; 0 if the row depends on the set, perhaps. */
  private direction(i: number): number {
    const {problem, members, count, S, M, z} = this;
    const {n, d} = problem;
    const row = i * d.length;
    for (let k = 0; k < count; k++) z[k] = S[row + members[k]];
    solveLower(M, count, n, z, 0);
    const whole = S[row + i];
    let rate = whole;
    for (let k = 0; k < count; k++) rate -= z[k] * z[k];
    return count < n && rate > DEPENDENT * whole && rate < Infinity ? rate : 0;
  }

  /** Adds the row for which `direction` was called last. */
  private append(i: number): void {
    const {problem, members, S, M, z, count} = this;
    const {n, d} = problem;
    const row = count * n;
    let rate = S[i * d.length + i];
    for (let k = 0; k < count; k++) {
      M[row + k] = z[k];
      rate -= z[k] * z[k];
    }
    M[row + count] = 1 / Math.sqrt(rate);
    members[count] = i;
    this.count++;
  }

  /** Removes the row at a position. @returns Whether the others can be factored. */
  private remove(position: number): boolean {
    const {problem, members, y, S, M} = this;
    const {n, d} = problem;
    const rows = d.length;
    const count = --this.count;
    for (let k = position; k < count; k++) {
      members[k] = members[k + 1];
      y[k] = y[k + 1];
    }
    for (let k = 0; k < count; k++) {
      const row = members[k] * rows;
      for (let l = 0; l <= k; l++) M[k * n + l] = S[row + members[l]];
    }
    return factorLower(M, count, n, DEPENDENT);
  }

  private computeMultipliers(): void {
    const {problem, members, count, M, e, y} = this;
    for (let k = 0; k < count; k++) y[k] = -e[members[k]];
    solveLower(M, count, problem.n, y, 0);
    solveUpper(M, count, problem.n, y);
  }

  /** The inequality outside the set that is violated by the largest distance, beyond rounding, or −1. */
  private mostViolated(absent: Uint8Array): number {
    const {problem, members, count, S, e, y, isIn, first, opposite} = this;
    const {p, d} = problem;
    const rows = d.length;
    isIn.fill(0);
    for (let k = 0; k < count; k++) isIn[members[k]] = 1;
    let worst = -1;
    let largest = 0;
    for (let i = p; i < first; i++) {
      // The row, and perhaps its opposite, whose terms only differ in sign.
      const isPair = i >= first - opposite;
      const other = isPair ? i + opposite : i;
      if (absent[i] && absent[other]) continue;
      const row = i * rows;
      let sum = 0;
      let terms = 0;
      for (let k = 0; k < count; k++) {
        const term = S[row + members[k]] * y[k];
        sum += term;
        terms += Math.abs(term);
      }
      let slack = e[i] + sum;
      let at = i;
      if (isPair && (isIn[i] || absent[i] || !(slack < 0))) {
        slack = e[other] - sum;
        at = other;
      }
      if (isIn[at] || absent[at] || !(slack < -ROUNDING * (Math.abs(e[at]) + terms))) continue;
      const distance = (slack * slack) / S[row + i];
      if (distance > largest) {
        worst = at;
        largest = distance;
      }
    }
    return worst;
  }

  /** Moves until row i holds, and removes rows whose multipliers would become negative. */
  private bringIn(i: number): boolean {
    const {problem, members, S, M, e, y, z, r} = this;
    const {n, p, d} = problem;
    const row = i * d.length;
    let slack = e[i];
    for (let k = 0; k < this.count; k++) slack += S[row + members[k]] * y[k];
    for (;;) {
      const rate = this.direction(i);
      const {count} = this;
      for (let k = 0; k < count; k++) r[k] = z[k];
      solveUpper(M, count, n, r);
      let blocking = -1;
      let longest = Infinity;
      for (let k = p; k < count; k++) {
        if (!(r[k] > 0)) continue;
        const length = Math.max(0, y[k]) / r[k];
        if (length < longest) {
          blocking = k;
          longest = length;
        }
      }
      const full = rate > 0 ? Math.max(0, -slack) / rate : Infinity;
      // Also if numbers have left the range of f64.
      if (!(full < Infinity) && blocking < 0) return false;
      this.steps++;
      if (full <= longest) {
        this.append(i);
        this.computeMultipliers();
        return true;
      }
      for (let k = 0; k < count; k++) y[k] -= longest * r[k];
      slack += longest * rate;
      if (!this.remove(blocking)) return false;
    }
  }
}
