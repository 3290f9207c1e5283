/**
 * @file Solves one small quadratic program after another: first with the dual active-set method that continues from the last problem, and,
 * where it cannot, with the solver of `qp/`. Either way, the answer is tested in f64, row by row, before it gets the status 0.
 */
import {referenceDense} from '../../twins/reference/dense.js';
import type {Vector} from '../../contracts/dense.js';
import {findActivity} from '../qp/activity.js';
import type {QPResult} from '../qp/acceptance.js';
import {DoubleTest} from '../qp/double-test.js';
import {holdFixed, settleFixed} from '../qp/fixed-variables.js';
import {asksForInfinity, clearEmptyRows} from '../qp/presolve.js';
import {ROUNDING_64} from '../qp/exact-zeros.js';
import {isFarkasRay} from '../qp/rays.js';
import {INVALID, STATUS, UNKNOWN} from '../qp/returned.js';
import {SemidefiniteLift, symmetrize} from '../qp/semidefinite.js';
import {emptyPoint, emptyProblem, isBound, type Point, type Problem} from '../qp/types.js';
import {solveFully, type SolveLimits} from './full-solve.js';
import {WarmActiveSet} from './warm-active-set.js';

/** A solution with a larger residual is refined: it should have all digits, not only those that are demanded. */
const FULL_DIGITS = 1e-13;
/** How often, and by what factor each time it must fall to go on. */
const REFINEMENTS = 3;
const ENOUGH_PROGRESS = 0.1;
/** Outcomes without a proof. */
const GIVEN_UP = {iterationLimit: true, numericalError: true};
/** A row of smaller numbers than this has no digits to scale. */
const LEAST_NORMAL = 2 ** -1022;
/** The activity of a row whose multiplier and slack are both zero. */
const WEAK = 2;

export class PreparedSolver {
  /** P (made symmetric by `readCurvature`), q, and C with the equalities first; d is written by `solve`. */
  readonly problem: Problem;
  /** The right-hand sides as given, [p + m]. */
  readonly bounds: Float64Array;
  /** Zero unless the status is 0. */
  readonly solution: Point<Vector>;
  /** As in `QPResult`. */
  readonly activity: Uint8Array;
  status: number = INVALID;
  iterations = 0;
  residual = UNKNOWN;
  readonly activeSet: WarmActiveSet;
  /** Whether the solution is that of `activeSet`, whose factors belong to it. */
  byActiveSet = false;
  private readonly test: DoubleTest;
  private readonly lift: SemidefiniteLift;
  /** 1 for rows of zeros; and for those and the rows without a bound. */
  private readonly isEmpty: Uint8Array;
  private readonly absent: Uint8Array;
  /** As `findActivity` and `DoubleTest` take them. */
  private readonly without: {absent: Uint8Array};
  private readonly exactness: {exactness: number};
  private curvatureIsValid = false;
  private rowsAreValid = true;
  private definite = false;
  /** Only rows of this kind can consist of entries that are nothing but rounding. */
  private hasZeroBound = false;

  /** For n variables, p equalities and m inequalities; `sides`: see `Sizes`. */
  constructor(
    n: number,
    p: number,
    m: number,
    private readonly limits: SolveLimits,
    sides = 0,
  ) {
    const dense = referenceDense;
    this.problem = emptyProblem(dense, {n, p, m, sides});
    this.bounds = new Float64Array(p + m);
    this.solution = emptyPoint(dense, {n, p, m});
    this.activity = new Uint8Array(p + m);
    this.activeSet = new WarmActiveSet(this.problem);
    this.test = new DoubleTest(dense, this.problem);
    this.lift = new SemidefiniteLift(dense, n);
    this.isEmpty = new Uint8Array(p + m);
    this.absent = new Uint8Array(p + m);
    this.without = {absent: this.absent};
    this.exactness = {exactness: limits.tolerance};
  }

  /** Call this when P has changed. */
  readCurvature(): void {
    const {problem, activeSet} = this;
    this.definite = false;
    this.curvatureIsValid = symmetrize(referenceDense, problem.P.values, problem.n);
    if (!this.curvatureIsValid) return;
    problem.lift = 0;
    this.definite = activeSet.set.readCurvature();
    if (this.definite) return activeSet.readRows();
    const lift = this.lift.of(problem.P.values);
    this.curvatureIsValid = lift !== null;
    problem.lift = lift ?? 0;
  }

  /** Call this when C has changed. */
  readRows(): void {
    const {
      n,
      C: {values: C},
      d,
    } = this.problem;
    this.rowsAreValid = referenceDense.isFinite(C);
    for (let i = 0, at = 0; i < d.length; i++) {
      let largest = 0;
      for (let j = 0; j < n; j++, at++) largest = Math.max(largest, Math.abs(C[at]));
      this.isEmpty[i] = largest === 0 ? 1 : 0;
      if (largest > 0 && largest < LEAST_NORMAL) this.rowsAreValid = false;
    }
    if (this.definite) this.activeSet.readRows();
  }

  /** Solves the problem as it is now, into the fields above. */
  solve(): void {
    const {problem, bounds, isEmpty, absent} = this;
    const {d} = problem;
    const guess = this.status === STATUS.solved ? this.solution : undefined;
    this.iterations = 0;
    d.set(bounds);
    const isFinite = referenceDense.isFinite(problem.q) && !asksForInfinity(problem);
    if (!(this.curvatureIsValid && this.rowsAreValid && isFinite)) return this.giveUp(INVALID);
    if (clearEmptyRows(problem, isEmpty) >= 0) return this.giveUp(STATUS.primalInfeasible);
    this.hasZeroBound = false;
    for (let i = 0; i < d.length; i++) {
      absent[i] = isEmpty[i] === 1 || !isBound(d[i]) ? 1 : 0;
      this.hasZeroBound ||= d[i] === 0 && i >= problem.p;
    }
    // If it fails, the last working set may be what is wrong.
    const done = this.definite && (this.solvesByActiveSet(true) || this.solvesByActiveSet(false));
    if (done && !this.multipliersAreShared()) return;
    const found = solveFully(problem, bounds, 'double', this.limits, guess);
    if (!(found.outcome in GIVEN_UP)) return this.take(found);
    // Where rounding leaves nothing that good, the answer is the one of `solveQP`, and the residual says how good it is.
    if (!done) this.take(solveFully(problem, bounds, 'single', this.limits));
  }

  private solvesByActiveSet(warm: boolean): boolean {
    const {problem, activeSet, absent, test} = this;
    const outcome = activeSet.solve(absent, warm);
    this.iterations += activeSet.steps;
    if (outcome === 'contradiction') {
      const {columns, columnTerms} = test.certificate;
      if (!isFarkasRay(problem, activeSet.set.y, columns, columnTerms)) return false;
      this.giveUp(STATUS.primalInfeasible);
      return true;
    }
    return outcome === 'solved' && this.passes();
  }

  /** Whether the point of the active-set method solves the problem. If so, it becomes the solution. */
  private passes(): boolean {
    const {problem, activeSet, solution, test, exactness, limits} = this;
    const {zeros} = test;
    const {p} = problem;
    const {set} = activeSet;
    const {x, y} = set;
    let good = false;
    let before = Infinity;
    for (let round = 0; round <= REFINEMENTS; round++) {
      if (round > 0) {
        set.refine();
        set.doubt();
      }
      for (let i = p; i < y.length; i++) if (y[i] < 0) y[i] = 0;
      settleFixed(problem, y);
      good = test.passes(x, y, exactness);
      this.residual = test.residual;
      if (test.residual <= FULL_DIGITS || test.residual > ENOUGH_PROGRESS * before) break;
      before = test.residual;
    }
    if (!good) return false;
    if (this.hasZeroBound && zeros.clear(problem, test.certificate, x, y, ROUNDING_64)) {
      this.residual = test.certificate.measure(problem, x, y, Infinity);
      if (!(this.residual <= limits.tolerance)) return false;
    }
    const {excess} = test.certificate;
    const {s} = solution;
    for (let i = 0; i < s.length; i++) {
      if (i < p || set.has[i]) s[i] = 0;
      else s[i] = isBound(problem.d[i]) ? Math.max(0, -excess[i]) : Infinity;
    }
    solution.x.set(x);
    solution.y.set(y);
    findActivity(this.activity, p, s, this.without, test.certificate);
    holdFixed(problem, y, this.activity);
    this.status = STATUS.solved;
    this.byActiveSet = true;
    return true;
  }

  /**
   * Whether active rows depend on each other, so that their multipliers are not unique: the active-set method gives a row all or nothing,
   * but `solveQP` divides multipliers among the rows.
   */
  private multipliersAreShared(): boolean {
    const {activity, activeSet} = this;
    if (this.status !== STATUS.solved) return false;
    return activeSet.set.redundant || activeSet.set.isTouchedByDependent(activity, WEAK);
  }

  private take({outcome, iterations, x, y, s, activity}: QPResult): void {
    const {problem, solution, test, limits} = this;
    this.iterations += iterations;
    if (outcome !== 'solved') return this.giveUp(STATUS[outcome]);
    solution.x.set(x);
    solution.y.set(y);
    solution.s.set(s);
    this.residual = test.certificate.measure(problem, solution.x, solution.y, limits.tolerance);
    this.activity.set(activity);
    this.status = STATUS.solved;
    this.byActiveSet = false;
  }

  private giveUp(status: number): void {
    const {x, y, s} = this.solution;
    x.fill(0);
    y.fill(0);
    s.fill(0);
    this.activity.fill(0);
    this.residual = UNKNOWN;
    this.status = status;
    this.byActiveSet = false;
  }
}
