/**
 * @file The gradient of a solution of `PreparedSolver` in all data of its problem, for a cotangent of x.
 *
 * With K the Jacobian of the optimality conditions on the active rows (`adjoint.ts`) and Kᵀu = −(cotangent, 0):
 *
 *     Q: ½(u xᵀ + x uᵀ)    p: u    rows: y uᵀ + v xᵀ    right-hand sides: −v
 *
 * where u is the part of x and v that of the rows, times their weights. While the rows of the working set are the active ones, its factors
 * give u and v at once.
 */
import {referenceDense} from '../../twins/reference/dense.js';
import {denseFactor, type KktFactor} from '../qp/adjoint.js';
import type {PreparedSolver} from './prepared-solver.js';

/** The weights of the inequalities in the derivative, from their states, multipliers and slacks. Equalities have weight 1. */
export type WeightRule = (activity: number, multiplier: number, slack: number) => number;

/** The weight 1 for active rows and 0 for the others: the quick way computes with these. */
export interface Weighting {
  of: WeightRule;
  /** Whether each row that is not weakly active has weight 0 or 1. */
  isSharp: boolean;
}

export class PreparedGradient {
  readonly Q: Float64Array;
  readonly p: Float64Array;
  /** Of all rows, equalities first: [p + m, n]. */
  readonly C: Float64Array;
  readonly d: Float64Array;
  private readonly v: Float64Array;
  private readonly weight: Float64Array;
  private readonly cotangent: Float64Array;
  private readonly noRows: Float64Array;
  private factor: KktFactor | null = null;
  /** Whether `factor` belongs to the present solution. */
  private isReady = false;

  constructor(
    private readonly solver: PreparedSolver,
    private readonly weighting: Weighting,
  ) {
    const {n, p, m} = solver.problem;
    this.Q = new Float64Array(n * n);
    this.p = new Float64Array(n);
    this.C = new Float64Array((p + m) * n);
    this.d = new Float64Array(p + m);
    this.v = new Float64Array(p + m);
    this.weight = new Float64Array(p + m);
    this.cotangent = new Float64Array(n);
    this.noRows = new Float64Array(p + m);
  }

  /** Call this after each solve. */
  forget(): void {
    this.isReady = false;
  }

  /** Writes the gradient for the cotangent of x to the fields; zero if the problem was not solved. */
  compute(cotangent: ArrayLike<number>): void {
    const {solver, C, d, v, p: u} = this;
    const {n, p} = solver.problem;
    const {x, y} = solver.solution;
    if (solver.status !== 0) {
      for (const part of [this.Q, u, C, d]) part.fill(0);
      return;
    }
    for (let j = 0; j < n; j++) this.cotangent[j] = cotangent[j];
    if (this.isQuick()) this.solveQuickly();
    else this.solveByFactor();
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < n; j++, at++) this.Q[at] = 0.5 * (u[i] * x[j] + x[i] * u[j]);
    }
    for (let i = 0, at = 0; i < d.length; i++) {
      const value = i < p ? y[i] : Math.max(0, y[i]);
      d[i] = 0 - v[i];
      for (let j = 0; j < n; j++, at++) C[at] = value * u[j] + v[i] * x[j];
    }
  }

  /** Whether the rows of the working set are exactly those with weight 1, without a choice. */
  private isQuick(): boolean {
    const {byActiveSet, activeSet, activity, problem} = this.solver;
    if (!byActiveSet || !this.weighting.isSharp || activeSet.set.redundant) return false;
    for (let i = problem.p; i < activity.length; i++) if (activity[i] === 2) return false;
    return true;
  }

  private solveQuickly(): void {
    const {solver, cotangent, p: u, v} = this;
    v.fill(0);
    solver.activeSet.set.solveFor(cotangent, u, v);
  }

  private solveByFactor(): void {
    const {cotangent, p: u, v, weight, noRows} = this;
    if (!this.isReady) this.prepareFactor();
    const factor = this.factor!;
    for (let j = 0; j < cotangent.length; j++) cotangent[j] = -cotangent[j];
    factor.solve(cotangent, noRows, true);
    u.set(factor.x);
    for (let i = 0; i < v.length; i++) v[i] = weight[i] * factor.y[i];
  }

  private prepareFactor(): void {
    const {solver, weighting, weight} = this;
    const {problem, solution, activity} = solver;
    weight.fill(1);
    for (let i = problem.p; i < activity.length; i++) {
      weight[i] = weighting.of(activity[i], Math.max(0, solution.y[i]), Math.max(0, solution.s[i]));
    }
    this.factor ??= denseFactor(referenceDense, problem);
    this.factor.factor(weight);
    this.isReady = true;
  }
}
