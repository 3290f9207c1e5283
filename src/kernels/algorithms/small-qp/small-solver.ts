/**
 * @file Solves small, strictly convex quadratic programs with few calls and no set-up: the dual active-set method of `prepared-qp/`, from
 * nothing, and the same test as every other solution (`qp/acceptance.ts`). Whatever it does not solve is left to the solver of `qp/`.
 */
import {DOUBLE, SINGLE} from '../../contracts/qp-limits.js';
import type {Vector} from '../../contracts/dense.js';
import {referenceDense} from '../../twins/reference/dense.js';
import {WarmActiveSet} from '../prepared-qp/warm-active-set.js';
import {Acceptance, type Demands, type QPResult} from '../qp/acceptance.js';
import type {Scaling} from '../qp/scaling.js';
import {asksForInfinity} from '../qp/presolve.js';
import {symmetrize} from '../qp/semidefinite.js';
import {emptyPoint, emptyProblem, isBound, type Point, type Problem} from '../qp/types.js';

/** A solution must be at least this good in f64; otherwise another method may find a better one. */
const FULL_DIGITS = 1e-12;
/** How often a solution is refined to become that good. */
const REFINEMENTS = 2;
/** The activity of a row whose multiplier and slack are both zero. */
const WEAK = 2;

export class SmallSolver {
  /** P (exactly symmetric), q, C with the equalities first, and d. */
  readonly problem: Problem<Vector>;
  private readonly activeSet: WarmActiveSet;
  private readonly acceptance: Acceptance;
  private readonly point: Point<Vector>;
  /** User units; only rows without a bound are absent. */
  private readonly scaling: Scaling;
  private readonly demands: Demands = {enough: 0, exactness: 0, consistent: true};
  private isUsable = false;

  /** For n variables, p equalities and m inequalities. */
  constructor(n: number, p: number, m: number) {
    const rows = p + m;
    this.problem = emptyProblem(referenceDense, {n, p, m});
    this.activeSet = new WarmActiveSet(this.problem);
    this.acceptance = new Acceptance(referenceDense, this.problem);
    this.point = emptyPoint(referenceDense, {n, p, m});
    this.scaling = {
      ...{c: 1, beta: 1, curvature: 0},
      D: referenceDense.vector(n).fill(1) as Vector,
      E: referenceDense.vector(rows).fill(1) as Vector,
      isEmpty: new Uint8Array(rows),
      absent: new Uint8Array(rows),
    };
  }

  /** Call this when P or C has changed. */
  readMatrices(): void {
    const {problem, activeSet} = this;
    const isValid = symmetrize(referenceDense, problem.P, problem.n) && !hasEmptyRow(problem);
    this.isUsable = isValid && referenceDense.isFinite(problem.C) && activeSet.set.readCurvature();
    if (this.isUsable) activeSet.readRows();
  }

  /**
   * @returns The solution, valid until the next call; `null` if it was not found, and nothing is known then.
   */
  solve(tolerance: number, maxIterations: number): QPResult | null {
    const {problem, activeSet, acceptance, scaling, demands, point} = this;
    const {p, d} = problem;
    const {absent} = scaling;
    if (!this.isUsable || !referenceDense.isFinite(problem.q) || asksForInfinity(problem)) return null;
    for (let i = 0; i < d.length; i++) absent[i] = isBound(d[i]) ? 0 : 1;
    if (activeSet.solve(absent, false) !== 'solved' || activeSet.steps >= maxIterations) return null;
    const {set} = activeSet;
    demands.enough = Math.max(tolerance, SINGLE);
    demands.exactness = Math.min(tolerance > SINGLE ? tolerance : DOUBLE, FULL_DIGITS);
    acceptance.forget();
    for (let round = 0; round <= REFINEMENTS; round++) {
      if (round > 0) set.refine();
      point.x.set(set.x);
      point.y.set(set.y);
      this.writeSlacks();
      if (!acceptance.accept(point, scaling, demands)) continue;
      acceptance.found.iterations = 1 + activeSet.steps;
      return this.sharesMultipliers(acceptance.found.activity, p) ? null : acceptance.found;
    }
    return null;
  }

  private writeSlacks(): void {
    const {problem, activeSet, point} = this;
    const {n, p, C, d} = problem;
    const {x, s} = point;
    const {has} = activeSet.set;
    for (let i = 0; i < d.length; i++) {
      if (i < p || has[i]) {
        s[i] = 0;
        continue;
      }
      let slack = d[i];
      for (let j = 0, at = i * n; j < n; j++, at++) slack -= C[at] * x[j];
      s[i] = slack;
    }
  }

  /**
   * Whether active rows depend on each other, so that their multipliers are not unique: this method gives a row all or nothing, but the
   * solver of `qp/` divides multipliers among the rows.
   */
  private sharesMultipliers(activity: Uint8Array, p: number): boolean {
    const {set} = this.activeSet;
    if (set.redundant) return true;
    for (let i = p; i < activity.length; i++) if (activity[i] === WEAK && set.dependsOnSet(i)) return true;
    return false;
  }
}

function hasEmptyRow({n, C, d}: Problem): boolean {
  for (let i = 0, at = 0; i < d.length; i++) {
    let empty = true;
    for (let j = 0; j < n; j++, at++) if (C[at] !== 0) empty = false;
    if (empty) return true;
  }
  return false;
}
