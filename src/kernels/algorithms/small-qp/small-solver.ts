/**
 * @file Solves small, strictly convex quadratic programs with few calls and no set-up: a dual active-set method, and the same test as for
 * every other solution (`qp/acceptance.ts`). What it does not solve is left to the solver of `qp/`.
 */
import {DOUBLE, SINGLE} from '../../contracts/qp-limits.js';
import type {Vector} from '../../contracts/dense.js';
import {referenceDense} from '../../twins/reference/dense.js';
import {Acceptance, type Demands, type QPResult} from '../qp/acceptance.js';
import {asksForInfinity} from '../qp/presolve.js';
import type {Scaling} from '../qp/scaling.js';
import {emptyPoint, isBound, type Point, type Problem} from '../qp/types.js';
import {DualActiveSet} from './dual-active-set.js';
import {SmallAdjoint} from './small-adjoint.js';

/** A solution must be at least this good in f64; otherwise another method may find a better one. */
const FULL_DIGITS = 1e-12;
/** The activity of a row whose multiplier and slack are both zero. */
const WEAK = 2;

export class SmallSolver {
  /** P (exactly symmetric), q, C with the equalities first, and d. */
  readonly problem: Problem;
  private readonly kkt: SmallAdjoint;
  private readonly activeSet: DualActiveSet;
  private readonly acceptance: Acceptance;
  private readonly point: Point<Vector>;
  private readonly minusQ: Float64Array;
  /** User units; only rows without a bound are absent. */
  private readonly scaling: Scaling;
  private readonly demands: Demands = {enough: 0, exactness: 0, consistent: true};
  private isUsable = false;

  /** For n variables, p equalities and m inequalities; `sides`: see `Sizes`. */
  constructor(n: number, p: number, m: number, sides?: number) {
    const rows = p + m;
    this.kkt = new SmallAdjoint(n, p, m, sides);
    this.problem = this.kkt.problem;
    this.activeSet = new DualActiveSet(this.kkt);
    this.acceptance = new Acceptance(referenceDense, this.problem);
    this.point = emptyPoint(referenceDense, {n, p, m});
    this.minusQ = new Float64Array(n);
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
    const {problem, kkt, activeSet} = this;
    this.isUsable = kkt.readMatrices() && referenceDense.isFinite(problem.C.values) && !hasEmptyRow(problem);
    if (this.isUsable) activeSet.readMatrices();
  }

  /**
   * @returns The solution, valid until the next call; `null` if it was not found, and nothing is known then.
   */
  solve(tolerance: number, maxIterations: number): QPResult | null {
    const {problem, kkt, activeSet, acceptance, point, scaling, demands, minusQ} = this;
    const {q, d} = problem;
    const {absent} = scaling;
    if (!this.isUsable || !referenceDense.isFinite(q) || asksForInfinity(problem)) return null;
    for (let i = 0; i < d.length; i++) absent[i] = isBound(d[i]) ? 0 : 1;
    if (!activeSet.solve(absent) || activeSet.steps >= maxIterations) return null;
    for (let j = 0; j < q.length; j++) minusQ[j] = -q[j];
    if (!kkt.solve(activeSet.active, 0, minusQ, d, activeSet)) return null;
    point.x.set(kkt.u);
    point.y.set(kkt.y);
    this.writeSlacks();
    demands.enough = Math.max(tolerance, SINGLE);
    demands.exactness = Math.min(tolerance > SINGLE ? tolerance : DOUBLE, FULL_DIGITS);
    acceptance.forget();
    if (!acceptance.accept(point, scaling, demands) || this.sharesMultipliers()) return null;
    acceptance.found.iterations = 1 + activeSet.steps;
    return acceptance.found;
  }

  private writeSlacks(): void {
    const {problem, activeSet, point} = this;
    const {
      n,
      p,
      C: {values: C, full},
      d,
    } = problem;
    const {x, s} = point;
    const {active} = activeSet;
    for (let i = 0; i < d.length; i++) {
      if (i < p || active[i - p] === 1) {
        s[i] = 0;
        continue;
      }
      let slack = d[i];
      if (i < full) for (let j = 0, at = i * n; j < n; j++, at++) slack -= C[at] * x[j];
      else {
        const j = (i - full) % n;
        slack -= C[i * n + j] * x[j];
      }
      s[i] = slack;
    }
  }

  /**
   * Whether active rows may depend on each other, so that their multipliers are not unique: this method gives a row all or nothing, but the
   * solver of `qp/` divides multipliers among the rows.
   */
  private sharesMultipliers(): boolean {
    const {problem, activeSet, acceptance} = this;
    const {activity} = acceptance.found;
    for (let i = problem.p; i < activity.length; i++) {
      if (activity[i] !== WEAK || activeSet.active[i - problem.p] === 1) continue;
      if (!activeSet.isIndependent(i)) return true;
    }
    return false;
  }
}

function hasEmptyRow({n, C: {values: C, full}}: Problem): boolean {
  for (let i = 0, at = 0; i < full; i++) {
    let empty = true;
    for (let j = 0; j < n; j++, at++) if (C[at] !== 0) empty = false;
    if (empty) return true;
  }
  return false;
}
